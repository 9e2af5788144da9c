//! The services' error codes with their meanings, as a constant and a union type of the package.
use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};

/// The client's own table. Its file is compiled in here, rather than the whole client with all it depends on: a
/// change to the client then does not rebuild this program.
#[path = "../../../src/api/cecloud/error_codes.rs"]
#[allow(dead_code, missing_docs)]
mod cecloud;

/// What the package calls a service's codes.
pub struct ErrorCodes {
    constant: &'static str,
    union: &'static str,
    service: &'static str,
    list: &'static [cecloud::ErrorCode],
}

/// The codes of CECloud IMS.
pub static CECLOUD: ErrorCodes = ErrorCodes {
    constant: "cecloudErrorCodes",
    union: "CecloudErrorCode",
    service: "CECloud IMS",
    list: cecloud::ERROR_CODES,
};

impl ErrorCodes {
    /// A module that exports the constant.
    pub fn module(&self) -> Result<String> {
        let mut codes = Map::new();
        for known in self.list {
            ensure!(
                !known.en.is_empty() && !known.zh.is_empty(),
                "the error code {} has no meaning",
                known.code
            );
            let meaning = json!({ "status": known.status, "en": known.en, "zh": known.zh });
            let earlier = codes.insert(known.code.to_owned(), meaning);
            ensure!(earlier.is_none(), "the error code {} is listed twice", known.code);
        }
        Ok(format!("export const {} = {};\n", self.constant, Value::Object(codes)))
    }

    /// The declarations of the constant and of the union.
    pub fn declarations(&self) -> String {
        let codes: Vec<String> =
            self.list.iter().map(|known| format!("  | {}", Value::from(known.code))).collect();
        let (constant, union, service) = (self.constant, self.union, self.service);
        format!(
            "/** The error codes that the document of {service} lists. The service may know more. */\n\
             export type {union} =\n{};\n\n\
             /**\n\
             \x20* What each code means: the HTTP status of the document, English, and the document's own Chinese. Of a code\n\
             \x20* that it does not list there is no meaning.\n\
             \x20*/\n\
             export declare const {constant}: Readonly<\n  \
             Record<{union}, {{ status: number; en: string; zh: string }}> & {{\n    \
             [code: string]: {{ status: number; en: string; zh: string }} | undefined;\n  }}\n>;\n",
            codes.join("\n")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_there_with_both_meanings() {
        let module = CECLOUD.module().unwrap();
        assert!(module.starts_with("export const cecloudErrorCodes = {\"Success\":"), "{module}");
        assert!(module.contains("\"IMG.DBGet.NoData\":{\"status\":400,\"en\":"));
        let declarations = CECLOUD.declarations();
        assert!(declarations.contains("\n  | \"IMG.DBGet.NoData\"\n"));
        assert!(
            declarations.contains("Record<CecloudErrorCode, { status: number; en: string; zh: string }>")
        );
    }

    #[test]
    fn a_code_listed_twice_or_without_meaning_is_refused() {
        static TWICE: [cecloud::ErrorCode; 2] = [
            cecloud::ErrorCode { code: "A", status: 400, en: "a", zh: "a" },
            cecloud::ErrorCode { code: "A", status: 500, en: "b", zh: "b" },
        ];
        static EMPTY: [cecloud::ErrorCode; 1] =
            [cecloud::ErrorCode { code: "A", status: 400, en: "", zh: "a" }];
        for list in [TWICE.as_slice(), EMPTY.as_slice()] {
            let codes = ErrorCodes { constant: "codes", union: "Code", service: "x", list };
            assert!(codes.module().is_err());
        }
    }
}
