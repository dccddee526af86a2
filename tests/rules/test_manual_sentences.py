"""The sentences of the manual's chapter 5 stand in the catalogue word for word."""

from typing import NamedTuple

import pytest

from models.errors.catalogue import entry_of

ALREADY_EXISTS = "根据统一社会信用代码发现,当前法人账号已经存在,可以直接扫码登录!"
CHECK_OR_REGISTER = "检查用户信息后登陆或根据单位参保信息重新注册"


class Sentence(NamedTuple):
    """One question of the manual's chapter 5; remedy: its lines joined, as printed."""

    code: str
    source: str
    prompt: str
    explain: str
    remedy: str


MANUAL = (
    Sentence(
        "SB-1001",
        "手册 5.1.1",
        "企业信息在组织机构相关信息库验证失败,无法注册!",
        "企业经过营商、养老参保和机关事业三方校验,均未获取到有效信息,不予注册。",
        "方案一:如果三方都没有单位信息,请等待单位数据同步后再试。"
        "方案二:1、检查注册输入的统一社会信用代码和单位名称是否参保企业养老和机关养老;"
        "2、如果有参保信息,检查注册输入的法人姓名、身份证与养老险种对应的法人姓名、身份证是否一致;"
        "3、如果单位名称、统一社会信用代码、法人姓名、身份证都能与养老险种参保信息对应不上,"
        "请把注册信息改成与养老一致后,重新注册;如果可以对应上,请与运维人员联系解决。"
        "4、如果养老险种参保信息的统一社会信用代码、法人姓名、法人身份证错误,"
        "做“单位关键信息维护”把这三项信息维护成正确后,再注册企业网端。"
        "5、如果单位多个单位编号,修改统一社会信用代码或法人信息,任意一个单位编号做"
        "“单位关键信息维护”,审核完成后,其他单位编号在经办端做“信用代码维护”,"
        "把所有单位编号的信用代码维护维护一致。",
    ),
    Sentence(
        "SB-1002",
        "手册 5.1.2",
        ALREADY_EXISTS,
        "当前注册的法人已经存在,不需要再注册。",
        "使用法人电子社保卡扫码登录。",
    ),
    Sentence(
        "SB-2001",
        "手册 5.2.1.1",
        "账号不能为空!",
        "用户没有输入账号,不允许登录",
        "输入正确用户账号后再登录。",
    ),
    Sentence(
        "SB-2002",
        "手册 5.2.1.2",
        "密码不能为空!",
        "用户没有输入密码,不允许登录",
        "输入正确用户密码后再登录。",
    ),
    Sentence(
        "SB-2003",
        "手册 5.2.1.3",
        "用户名或密码错误!",
        "用户输入的用户名和密码在系统中不存在",
        "1、核对用户名和密码后,再登录。2、使用法人电子社保卡扫码登录。",
    ),
    Sentence(
        "SB-2004",
        "手册 5.2.1.4",
        "未查询到登录人信息,请注册!",
        "在公共服务平台和黑龙江省人力资源和社会保障网上服务大厅未获取到有效的登录账号信息",
        CHECK_OR_REGISTER,
    ),
    Sentence(
        "SB-2101",
        "手册 5.2.2.1",
        "未找到当前法人账号信息,请先注册法人账号!",
        "根据扫码获取的法人信息,在法人表中未找到有效数据",
        CHECK_OR_REGISTER,
    ),
    Sentence(
        "SB-2102",
        "手册 5.2.2.2",
        "未找到当前办事员账号信息,请联系法人授权或者去窗口授权!",
        "根据扫码获取的办事员信息,在办事员表中未找到有效数据",
        "需要法人登录后,添加办事员",
    ),
    Sentence(
        "SB-3001",
        "手册 5.3",
        "系统没有识别到统一社会信用代码:1123100000******** 以及法人信息证件号码:"
        "23100419641********的有效公共服务注册信息,请在公共服务端办理注册后再由经办机构进行授权操作。",
        "企业网端的统一社会信用代码和法人证件号码与单位参保时,填写的信息不一致",
        "1、当参保信息不对时,单位通过“单位关键信息维护”修改统一社会信用代码和法人信息;"
        "2、当企业网端信息不对时,按照参保信息的统一社会信用代码和法人,重新注册。",
    ),
)


@pytest.mark.parametrize("sentence", MANUAL, ids=lambda sentence: sentence.source)
def test_the_manuals_sentences_are_verbatim(sentence: Sentence) -> None:
    entry = entry_of(sentence.code)
    assert entry is not None

    refusal = entry.refuse(uscc_masked="1123100000********", id_masked="23100419641********")

    assert refusal.title == sentence.prompt
    assert refusal.detail == sentence.explain
    assert "".join(refusal.solutions) == sentence.remedy
    assert entry.source == sentence.source


def test_the_manuals_copying_mistake_is_corrected_and_said() -> None:
    wrong, right = entry_of("SB-2005"), entry_of("SB-1002")
    assert wrong is not None
    assert right is not None

    assert wrong.prompt == ALREADY_EXISTS
    assert (wrong.explain, wrong.remedies) == (right.explain, right.remedies)
    assert wrong.source.startswith("手册 5.2.1.5")
    assert "更正" in wrong.source
