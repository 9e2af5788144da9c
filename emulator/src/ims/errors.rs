//! The error codes of the IMS document and the error that every operation answers with.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// What is known of each code: the file is also the source of the table in the README.
pub const ERROR_CODES_JSON: &str = include_str!("error_codes.json");

/// One row of [`ERROR_CODES_JSON`].
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct CodeDescription {
    /// The code as it stands in the answer.
    pub code: String,
    /// The document's own words.
    pub chinese: String,
    /// The same in English.
    pub english: String,
    /// How the code is provoked here.
    pub how: String,
}

macro_rules! codes {
    ($($variant:ident = $text:literal),+ $(,)?) => {
        /// Every error code of the document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // The codes are described in error_codes.json.
        pub enum Code { $($variant),+ }

        impl Code {
            /// All codes, in the document's order.
            pub const ALL: &[Code] = &[$(Code::$variant),+];

            /// The code as it goes over the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text),+ }
            }
        }
    };
}

codes! {
    InvalidParameter = "IMG.InvalidParameter",
    DbGetFail = "IMG.DBGet.Fail",
    DbUpdateFail = "IMG.DBUpdate.Fail",
    NoData = "IMG.DBGet.NoData",
    Internal = "IMG.Internal.Error",
    ImageSize = "IMG.OperationFailed.ImageSize",
    UploadError = "IMG.OperationFailed.UploadError",
    ActionNotMatchStatus = "IMG.OperationDenied.ActionNotMatchStatus",
    MinDiskSize = "IMG.OperationFailed.MinDiskSize",
    UploadNotAllowed = "IMG.OperationFailed.UploadNotAllowed",
    DownloadNotAllowed = "IMG.OperationFailed.DownloadNotAllowed",
    DeleteNotAllowed = "IMG.OperationFailed.DeleteNotAllowed",
    UploadNotPermission = "IMG.OperationFailed.UploadNotPermission",
    UserInfo = "IMG.OperationFailed.UserInfo",
    Identity = "IMG.OperationDenied.Identity",
    Quota = "IMG.OperationDenied.Quota",
    QuotaNotEnough = "IMG.OperationDenied.QuotaNotEnough",
    QuotaDeduct = "IMG.OperationDenied.QuotaDeduct",
    Transfer = "IMG.OperationFailed.Transfer",
    AuthFail = "IMG.OperationDenied.AuthFail",
    ResourceCenter = "IMG.OperationFailed.ResourceCenter",
    ModifyMinDiskSize = "IMG.OperationFailed.ModifyMinDiskSize",
    ActionNotMatch = "IMG.OperationFailed.ActionNotMatch",
    DuplicateUserId = "IMG.OperationFailed.DuplicateUserId",
    InvalidUserId = "IMG.OperationFailed.InvalidUserId",
    AlreadyShared = "IMG.OperationFailed.AlreadyShared",
    NotShared = "IMG.OperationFailed.NotShared",
    ResourceInfo = "IMG.OperationFailed.ResourceInfo",
    ResourceStatus = "IMG.OperationFailed.ResourceStatus",
    ImageIsShared = "IMG.OperationFailed.ImageIsShared",
}

impl Code {
    /// The code with this text, if the document has it.
    pub fn parse(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// The document's description of the code, in Chinese as the service sends it.
    pub fn meaning(self) -> &'static str {
        static DESCRIPTIONS: OnceLock<Vec<CodeDescription>> = OnceLock::new();
        let descriptions =
            DESCRIPTIONS.get_or_init(|| serde_json::from_str(ERROR_CODES_JSON).unwrap_or_default());
        descriptions.iter().find(|row| row.code == self.as_str()).map_or("", |row| row.chinese.as_str())
    }
}

/// A refusal: one of the document's codes and what was wrong in particular.
#[derive(Clone, Debug)]
pub struct ImsError {
    /// The document's code.
    pub code: Code,
    /// What was wrong, with which value, and what would be right.
    pub detail: String,
}

impl ImsError {
    /// A refusal with a code and a sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    /// `IMG.InvalidParameter`, naming the field and the rule it breaks.
    pub fn field(field: &str, rule: impl std::fmt::Display) -> Self {
        Self::new(Code::InvalidParameter, format!("{field}: {rule}"))
    }

    /// The message of the answer: the document's words, then the particulars.
    pub fn message(&self) -> String {
        format!("{}: {}", self.code.meaning(), self.detail)
    }
}

impl std::fmt::Display for ImsError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl std::error::Error for ImsError {}

impl From<rusqlite::Error> for ImsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::new(Code::DbGetFail, error.to_string())
    }
}

/// The result of an operation.
pub type Result<T> = std::result::Result<T, ImsError>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_described_and_every_description_is_a_code() {
        let rows: Vec<CodeDescription> = serde_json::from_str(ERROR_CODES_JSON).unwrap();
        let described: Vec<&str> = rows.iter().map(|row| row.code.as_str()).collect();
        let coded: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(described, coded);
        for code in Code::ALL {
            assert!(!code.meaning().is_empty(), "{code:?} has no meaning");
            assert_eq!(Code::parse(code.as_str()), Some(*code));
        }
    }
}
