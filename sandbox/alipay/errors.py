"""Alipay's refusals: code, msg, sub_code, sub_msg (platforms §3.1)."""

MESSAGES = {
    "20000": "Service Currently Unavailable",
    "20001": "Insufficient Token Permissions",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40003": "Insufficient Conditions",
    "40004": "Business Failed",
    "40005": "Call Limited",
    "40006": "Insufficient Permissions",
}
# sub_code → (code, sub_msg)
REFUSALS = {
    "aop.unknow-error": ("20000", "服务暂不可用(网关自身的未知错误)"),
    "aop.invalid-auth-token": ("20001", "无效的访问令牌"),
    "aop.auth-token-time-out": ("20001", "访问令牌已过期"),
    "isv.missing-method": ("40001", "缺少方法名参数"),
    "isv.missing-app-id": ("40001", "缺少appId参数"),
    "isv.missing-signature": ("40001", "缺少签名参数"),
    "isv.missing-timestamp": ("40001", "缺少时间戳参数"),
    "isv.invalid-method": ("40002", "不存在的方法名"),
    "isv.invalid-parameter": ("40002", "参数无效"),
    "isv.invalid-signature": ("40002", "无效签名"),
    "isv.invalid-signature-type": ("40002", "无效的签名类型"),
    "isv.invalid-app-id": ("40002", "无效的AppID参数"),
    "isv.invalid-timestamp": ("40002", "非法的时间戳参数"),
    "isv.missing-app-cert-sn": ("40002", "缺少应用公钥证书序列号"),
    "isv.app-cert-not-exist": ("40002", "应用公钥证书不存在"),
    "isv.invalid-alipay-root-cert-sn": ("40002", "支付宝根证书序列号无效"),
    "isv.code-invalid": ("40002", "授权码code无效"),
    "isv.refresh-token-invalid": ("40002", "刷新令牌refresh_token无效"),
    "isv.grant-type-invalid": ("40002", "授权类型grant_type无效"),
    "isv.invalid-openid": ("40002", "无效的openid"),
    "isp.call-limited": ("40005", "接口调用次数超限"),
    "USER_TEMPLATE_ILLEGAL": ("40004", "模板非法"),
}


class AlipayError(Exception):
    """A call that Alipay refuses."""

    def __init__(self, sub_code: str) -> None:
        super().__init__(sub_code)
        self.sub_code = sub_code

    def body(self) -> dict[str, object]:
        """The error members of an answer."""
        code, text = REFUSALS.get(self.sub_code, ("40004", self.sub_code))
        return {
            "code": code,
            "msg": MESSAGES[code],
            "sub_code": self.sub_code,
            "sub_msg": text,
        }
