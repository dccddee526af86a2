"""Refusals of uploading materials (SB-5501 to 5507)."""

from models.errors.entry import Entry
from models.errors.steps import RETRY, UPLOAD_AGAIN

FILE_TYPE_UNSUPPORTED = Entry(
    "SB-5501",
    415,
    prompt="文件格式不支持!",
    explain="材料仅支持PDF、JPG、PNG三种格式,您选的文件不是这三种。",
    remedies=(
        "图片请用手机相机重新拍照,或截图后上传。",
        "Word、Excel等文档请先“另存为”PDF,再上传。",
    ),
    source="domain §8;常见问题 4.1",
    actions=(UPLOAD_AGAIN,),
)

FILE_TOO_LARGE = Entry(
    "SB-5502",
    413,
    prompt="文件过大!",
    explain="单个文件不能超过{n}MB,您选的文件超过了。",
    remedies=(
        "图片请压缩,或调低清晰度重新拍照(能看清文字即可)。",
        "页数多的PDF,请分成几个文件分别上传。",
    ),
    source="domain §8;常见问题 4.1",
    actions=(UPLOAD_AGAIN,),
)

CONTENT_MISMATCH = Entry(
    "SB-5503",
    422,
    prompt="文件内容与后缀不符!",
    explain="文件的实际内容与文件名最后的后缀(如.pdf、.jpg)对不上,可能只改过文件名。",
    remedies=("请用原来的软件重新导出为PDF或JPG,再上传。不要直接改文件名的后缀。",),
    source="domain §8",
    actions=(UPLOAD_AGAIN,),
)

FILE_UNREADABLE = Entry(
    "SB-5504",
    422,
    prompt="文件已损坏或含有密码!",
    explain="系统打不开这个文件,审核人员也会看不到内容。",
    remedies=(
        "有打开密码的PDF,请先去掉密码,再上传。",
        "自己也打不开的,请重新扫描或拍照后上传。",
    ),
    source="domain §8",
    actions=(UPLOAD_AGAIN,),
    reserved=True,
)

UPLOAD_BROKEN_OFF = Entry(
    "SB-5505",
    408,
    prompt="上传中断,请重试!",
    explain="上传过程中网络断了一下。已经传好的部分会保留。",
    remedies=(
        "请检查网络连接是否稳定,再点“再试一次”,会接着上次的地方上传。",
        "仍然中断的,请换一个网络,例如从无线网络换成手机流量。",
    ),
    source="domain §8;常见问题 4.1",
    actions=(RETRY,),
    reserved=True,
)

FILE_UNSAFE = Entry(
    "SB-5506",
    422,
    prompt="文件未通过安全检查!",
    explain="文件里可能带有病毒或会自动运行的脚本,为了大家的安全不能接收。",
    remedies=(
        "请把材料打印出来重新扫描或拍照,再上传图片。",
        "请用杀毒软件检查这台电脑。",
    ),
    source="domain §8",
    actions=(UPLOAD_AGAIN,),
    reserved=True,
)

MATERIALS_MISSING = Entry(
    "SB-5507",
    422,
    prompt="材料数量不足,还缺:{missing}!",
    explain="这项业务要求的必备材料还没有传齐,审核人员无法办理。",
    remedies=("请补传还缺的材料,看到缩略图后再提交。",),
    source="domain §8;手册 3.1.2",
    actions=(UPLOAD_AGAIN,),
)
