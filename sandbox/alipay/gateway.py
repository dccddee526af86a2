"""What the gateway checks before a method runs, and how it words and signs an answer."""

import json
from collections.abc import Mapping
from datetime import datetime

from sandbox.alipay.errors import AlipayError
from sandbox.alipay.keys import AlipayKeys
from sandbox.alipay.signing import is_signed, sign, signed_text
from sandbox.clock import BEIJING
from sandbox.credentials import ALIPAY_APPID

SKEW_S = 600
OAUTH = "alipay.system.oauth.token"


def check(params: Mapping[str, str], keys: AlipayKeys, *, now: float) -> str:
    """App, time, certificates, signature. Gives the method's name; raises AlipayError."""
    for name, sub_code in (
        ("method", "isv.missing-method"),
        ("app_id", "isv.missing-app-id"),
        ("sign", "isv.missing-signature"),
        ("timestamp", "isv.missing-timestamp"),
    ):
        if not params.get(name):
            raise AlipayError(sub_code)
    if params["app_id"] != ALIPAY_APPID:
        raise AlipayError("isv.invalid-app-id")
    if params.get("sign_type") != "RSA2":
        raise AlipayError("isv.invalid-signature-type")
    _check_time(params["timestamp"], now)
    _check_certificates(params, keys)
    if not is_signed(signed_text(params), params["sign"], keys.app_public):
        raise AlipayError("isv.invalid-signature")
    return params["method"]


def _check_time(text: str, now: float) -> None:
    try:
        at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        raise AlipayError("isv.invalid-timestamp") from None
    if abs(at.timestamp() - now) > SKEW_S:
        raise AlipayError("isv.invalid-timestamp")


def _check_certificates(params: Mapping[str, str], keys: AlipayKeys) -> None:
    app, root = params.get("app_cert_sn"), params.get("alipay_root_cert_sn")
    if not app and not root:
        return
    if not app:
        raise AlipayError("isv.missing-app-cert-sn")
    if app != keys.app_cert_sn:
        raise AlipayError("isv.app-cert-not-exist")
    if root != keys.root_cert_sn:
        raise AlipayError("isv.invalid-alipay-root-cert-sn")


def answer(params: Mapping[str, str], content: dict[str, object], keys: AlipayKeys) -> str:
    """The signed text: the signature covers the inner object exactly as it stands in the text."""
    key = params.get("method", "").replace(".", "_") + "_response"
    text = _raw(content)
    return _wrapped(key, text, sign(text, keys.gateway_private), params, keys)


def refusal(params: Mapping[str, str], error: AlipayError, keys: AlipayKeys) -> str:
    """An error's text. Token failures come as `error_response`, their signature empty; an app that
    is not known gets no signature at all; everything else is signed."""
    method = params.get("method", "")
    if not method or method == OAUTH:
        return _wrapped("error_response", _raw(error.body()), "", params, keys)
    if error.sub_code in ("isv.invalid-app-id", "isv.missing-app-id"):
        return f'{{"{method.replace(".", "_")}_response":{_raw(error.body())}}}'
    return answer(params, error.body(), keys)


def _raw(content: dict[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _wrapped(
    key: str, text: str, signature: str, params: Mapping[str, str], keys: AlipayKeys
) -> str:
    number = f',"alipay_cert_sn":"{keys.gateway_cert_sn}"' if params.get("app_cert_sn") else ""
    return f'{{"{key}":{text}{number},"sign":"{signature}"}}'
