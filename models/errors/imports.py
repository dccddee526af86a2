"""Refusals of importing many people from one table (SB-5601 to 5603)."""

from models.errors.entry import Entry
from models.errors.steps import DOWNLOAD_REPORT, DOWNLOAD_TEMPLATE, UPLOAD_AGAIN

TEMPLATE_OUTDATED = Entry(
    "SB-5601",
    422,
    prompt="导入模板版本不正确!",
    explain="您用的是旧模板,或者模板里的表头被改动过,系统认不出各列的内容。",
    remedies=("请下载最新模板,把内容复制到新模板里再导入。不要增加、删除或移动表头的列。",),
    source="domain §8;常见问题 3.2",
    actions=(DOWNLOAD_TEMPLATE,),
    reserved=True,
)

ROWS_FAULTY = Entry(
    "SB-5602",
    422,
    prompt="导入文件有{n}行错误!",
    explain="文件已经读完,其中{n}行的内容有误,还没有提交任何一行。",
    remedies=(
        "请下载错误明细,里面写明了第几行、哪一列、错在哪里,改好后重新导入。",
        "着急的,可以选择“只提交正确的行”,有误的行改好后再导入一次。",
    ),
    source="domain §8;常见问题 3.2",
    actions=(DOWNLOAD_REPORT, UPLOAD_AGAIN),
    reserved=True,
)

TOO_MANY_ROWS = Entry(
    "SB-5603",
    413,
    prompt="一次最多导入{n}人!",
    explain="文件里的人数超过了一次能导入的数量。",
    remedies=("请把文件拆成几份,每份不超过{n}人,分几次导入。",),
    source="domain §8;常见问题 3.2",
    actions=(UPLOAD_AGAIN,),
    reserved=True,
)
