"""A clerk's phone waits for the legal rep: each answer is said as what it is."""

import pytest
from playwright.async_api import expect

from tests.sandbox.phone.conftest import LINK, Phone
from tests.sandbox.phone.product_stub import CLERK_UNKNOWN

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REQUEST = {"id": "g1", "unit": "测试公司", "reason": "", "valid_from": None, "valid_to": None}
ANSWERS = {
    "active": ("生效中", "法人已同意", True),
    "scheduled": ("待生效", "从2026/12/1起生效", False),
    "suspended": ("已暂停", "授权现在是暂停的", False),
    "denied": ("已拒绝", "法人没有同意:不认识", False),
    "cancelled": ("已取消", "申请已撤回", False),
    "lapsed": ("已失效", "21天内没有人答复", False),
    "revoked": ("已撤销", "“已撤销”", False),
    "expired": ("已到期", "“已到期”", False),
}


@pytest.mark.parametrize("status", ANSWERS)
async def test_only_a_grant_that_works_lets_the_phone_confirm_the_desk(
    phone: Phone, status: str
) -> None:
    label, said, enters = ANSWERS[status]
    phone.product.answers["scans"] = (404, CLERK_UNKNOWN)
    phone.product.answers["challenges/c1/request-grant"] = (202, REQUEST)
    phone.product.requests = [{**REQUEST, "status": "requested", "label": "待审批"}]
    await phone.open(f"?persona=P1&text={LINK}")
    await phone.press("error-action-request-grant")
    await phone.page.get_by_test_id("grant-uscc").fill("91239900RLXDJ01N3N")
    await phone.press("grant-submit")
    await phone.sees("waiting-text", "已向测试公司的法人提交申请")
    await expect(phone.page.get_by_test_id("waiting-approve")).to_be_hidden()

    answered = {"status": status, "label": label, "valid_from": "2026-11-30T16:00:00Z"}
    reason = {"reason": "不认识"} if status == "denied" else {}
    phone.product.requests = [{**REQUEST, **answered, **reason}]

    await phone.sees("waiting-text", said)
    button = phone.page.get_by_test_id("waiting-approve")
    await (expect(button).to_be_visible() if enters else expect(button).to_be_hidden())
