//! The error codes of the document (chapter 2), with their meaning in English and Chinese.

/// One code of the service.
pub struct ErrorCode {
    pub code: &'static str,
    /// HTTP status that the document gives for it.
    pub status: u16,
    pub en: &'static str,
    /// The document's own words.
    pub zh: &'static str,
}

const fn bad(code: &'static str, en: &'static str, zh: &'static str) -> ErrorCode {
    ErrorCode { code, status: 400, en, zh }
}

/// Every code of chapter 2. `DownloadNotAllowed` stands there twice, with two meanings.
pub static ERROR_CODES: &[ErrorCode] = &[
    ErrorCode { code: "Success", status: 200, en: "success", zh: "调用成功" },
    bad("IMG.InvalidParameter", "a parameter is wrong", "参数错误"),
    bad("IMG.DBGet.Fail", "reading the service's database failed", "数据查询失败"),
    bad("IMG.DBUpdate.Fail", "writing the service's database failed", "数据更新失败"),
    bad("IMG.DBGet.NoData", "the resource does not exist", "资源不存在"),
    bad("IMG.Internal.Error", "internal error of the service", "服务内部错误"),
    bad("IMG.OperationFailed.ImageSize", "the image file does not have the announced size", "镜像大小不匹配"),
    bad("IMG.OperationFailed.UploadError", "the upload of the image failed", "镜像上传失败"),
    bad(
        "IMG.OperationDenied.ActionNotMatchStatus",
        "the image's state does not allow this",
        "当前状态无法操作",
    ),
    bad(
        "IMG.OperationFailed.MinDiskSize",
        "the smallest disk must be larger than the image",
        "最小磁盘需大于所选镜像大小",
    ),
    bad("IMG.OperationFailed.UploadNotAllowed", "this image does not take an upload", "当前镜像不允许上传"),
    bad(
        "IMG.OperationFailed.DownloadNotAllowed",
        "this image cannot be downloaded (or deactivated)",
        "当前镜像不允许下载；当前镜像不允许失活",
    ),
    bad("IMG.OperationFailed.DeleteNotAllowed", "this image cannot be deleted", "当前镜像不允许删除"),
    bad(
        "IMG.OperationFailed.UploadNotPermission",
        "the upload credentials could not be had",
        "获取上传凭证失败",
    ),
    bad("IMG.OperationFailed.UserInfo", "the user's information could not be had", "获取用户信息失败"),
    bad(
        "IMG.OperationDenied.Identity",
        "you have no permission for this resource",
        "对不起，您没有该资源的操作权限",
    ),
    bad("IMG.OperationDenied.Quota", "the quota could not be checked", "配额校验失败"),
    bad("IMG.OperationDenied.QuotaNotEnough", "the quota is used up", "配额不足"),
    bad("IMG.OperationDenied.QuotaDeduct", "the quota could not be deducted", "配额扣减失败"),
    bad("IMG.OperationFailed.Transfer", "the resource could not be transferred", "资源划拨失败"),
    bad(
        "IMG.OperationDenied.AuthFail",
        "the authentication parameters are wrong",
        "鉴权入参异常，请检查参数",
    ),
    bad(
        "IMG.OperationFailed.ResourceCenter",
        "the resource centre could not delete it",
        "云资源中心删除失败",
    ),
    bad(
        "IMG.OperationFailed.ModifyMinDiskSize",
        "the disk must not become smaller than it was",
        "磁盘大小不能比原磁盘小",
    ),
    bad("IMG.OperationFailed.ActionNotMatch", "this image cannot be shared", "该镜像无法共享"),
    bad("IMG.OperationFailed.DuplicateUserId", "a user ID is listed twice", "含有重复用户ID"),
    bad("IMG.OperationFailed.InvalidUserId", "a user ID is invalid", "无效的用户ID"),
    bad("IMG.OperationFailed.AlreadyShared", "already shared with one of the users", "含有已共享用户"),
    bad("IMG.OperationFailed.NotShared", "not shared with one of the users", "含有未共享用户"),
    bad(
        "IMG.OperationFailed.ResourceInfo",
        "the resource's information could not be had",
        "获取资源信息失败",
    ),
    bad(
        "IMG.OperationFailed.ResourceStatus",
        "the virtual machine's state does not allow making an image of it",
        "当前虚拟机状态不能创建自定义镜像",
    ),
    bad("IMG.OperationFailed.ImageIsShared", "a shared image cannot be deleted", "无法删除已共享的镜像"),
];

/// The code that means success.
pub const SUCCESS: &str = "Success";

/// Code and meaning alone: the core has no use for the Chinese, which would go into every download with it.
static MEANINGS: [(&str, &str); ERROR_CODES.len()] = {
    let mut all = [("", ""); ERROR_CODES.len()];
    let mut index = 0;
    while index < all.len() {
        all[index] = (ERROR_CODES[index].code, ERROR_CODES[index].en);
        index += 1;
    }
    all
};

/// What a code means in English; none for codes that the document does not list.
pub fn meaning(code: &str) -> Option<&'static str> {
    MEANINGS.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning)
}

/// Codes that say that the service, not the request, is at fault: the same request may pass later.
pub fn is_transient(code: &str) -> bool {
    matches!(code, "IMG.Internal.Error" | "IMG.DBGet.Fail" | "IMG.DBUpdate.Fail")
}
