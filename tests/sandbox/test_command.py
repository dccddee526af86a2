"""`python -m sandbox` as a program: one line when it listens, a clean end, exit codes."""

import asyncio
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

ROOT = Path(__file__).resolve().parents[2]


async def _start(*arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", *arguments, cwd=ROOT, stdout=pipe, stderr=pipe
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_listens_and_ends_cleanly(number: signal.Signals) -> None:
    program = await _start("--port", "0", "--seed", "5", "--product", "http://127.0.0.1:9")
    assert program.stdout is not None
    line = (await asyncio.wait_for(program.stdout.readline(), 20)).decode()
    url = line.split()[1]
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/_ctl/state") as answer:
            state = await answer.json()
        hanging = {"target": "wechat.code", "kind": "timeout"}
        await session.post(f"{url}/_ctl/faults", json=hanging)
        # Even with a call that hangs it ends at once.
        call = asyncio.create_task(session.get(f"{url}/wechat/sns/jscode2session"))
        await asyncio.sleep(0.1)

        program.send_signal(number)
        rest, errors = await asyncio.wait_for(program.communicate(), 5)
        with pytest.raises(aiohttp.ClientConnectionError):
            await call

    assert state["seed"] == 5
    assert (program.returncode, rest, errors) == (0, b"", b"")


async def test_a_port_that_is_taken_is_one_line_and_exit_code_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        program = await _start("--port", str(taken.getsockname()[1]))
        out, errors = await asyncio.wait_for(program.communicate(), 20)

    assert program.returncode == 1
    assert (out, errors.count(b"\n"), b"Traceback" in errors) == (b"", 1, False)


async def test_a_wrong_option_is_exit_code_2() -> None:
    program = await _start("--prot", "1")
    await asyncio.wait_for(program.communicate(), 20)

    assert program.returncode == 2
