//! One declaration per wire type: its TypeScript (by tsify) and the table that drives reading or writing.
//!
//! The structs are never built: they carry the types, with their documentation, into the published `.d.ts`, while
//! the tables do the work at a fraction of the weight of generated decoders. Field names are the services' own.

/// A field's name without the mark of names that Rust keeps for itself (`r#type`).
pub const fn plain(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// A set of values that a document lists: a TypeScript union and the list that writing is checked against.
#[macro_export]
macro_rules! choices {
    ($(#[$doc:meta])* pub enum $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(serde::Serialize, tsify::Tsify)]
        pub enum $name { $(#[serde(rename = $text)] $variant),+ }
        impl $name {
            /// The values, as they go over the wire.
            pub const VALUES: &'static [&'static str] = &[$($text),+];
        }
    };
}

/// Declares the files of a service's operations and the list of them all: a new one is one line.
#[macro_export]
macro_rules! operations {
    ($($file:ident),* $(,)?) => {
        $(pub mod $file;)*
        /// Every operation, in the order of the document.
        pub static OPERATIONS: &[&$crate::api::operation::Operation] = &[$(&$file::OPERATION),*];

        /// The operation behind a method of the public class.
        pub fn find(name: &str) -> Option<&'static $crate::api::operation::Operation> {
            OPERATIONS.iter().find(|operation| operation.name == name).copied()
        }
    };
}

/// A type that is read: `required` fields make an answer without them an error, `optional` ones may be absent. `open`
/// names a TypeScript type of any other fields.
#[macro_export]
macro_rules! answer {
    ($(#[$doc:meta])* pub struct $name:ident {
        required { $($(#[$rdoc:meta])* $rfield:ident: $rtype:ty = $rkind:expr),* $(,)? }
        optional { $($(#[$odoc:meta])* $ofield:ident: $otype:ty = $okind:expr),* $(,)? }
        $(open { $open:ty })?
    }) => {
        $(#[$doc])*
        #[allow(non_snake_case)]
        #[derive(tsify::Tsify)]
        pub struct $name {
            $($(#[$rdoc])* pub $rfield: $rtype,)*
            $($(#[$odoc])* #[tsify(optional)] pub $ofield: Option<$otype>,)*
            $(#[serde(flatten)] pub open: $open,)?
        }
        impl $name {
            /// The table that reading follows.
            pub const FIELDS: &'static [$crate::api::answer::AnswerField] = &[
                $($crate::api::answer::AnswerField { name: $crate::api::wire::plain(stringify!($rfield)), kind: $rkind, required: true },)*
                $($crate::api::answer::AnswerField { name: $crate::api::wire::plain(stringify!($ofield)), kind: $okind, required: false },)*
            ];
        }
    };
}

/// A type that is written: each field with the rule that its value must keep. `open` as in `answer!`.
#[macro_export]
macro_rules! request {
    ($(#[$doc:meta])* pub struct $name:ident {
        required { $($(#[$rdoc:meta])* $rfield:ident: $rtype:ty = $rrule:expr),* $(,)? }
        optional { $($(#[$odoc:meta])* $ofield:ident: $otype:ty = $orule:expr),* $(,)? }
        $(open { $open:ty })?
    }) => {
        $(#[$doc])*
        #[allow(non_snake_case)]
        #[derive(tsify::Tsify)]
        pub struct $name {
            $($(#[$rdoc])* pub $rfield: $rtype,)*
            $($(#[$odoc])* #[tsify(optional)] pub $ofield: Option<$otype>,)*
            $(#[serde(flatten)] pub open: $open,)?
        }
        impl $name {
            /// The table that writing follows.
            pub const FIELDS: &'static [$crate::api::rules::InputField] = &[
                $($crate::api::rules::InputField {
                    name: $crate::api::wire::plain(stringify!($rfield)), presence: $crate::api::rules::Presence::Required, rule: $rrule,
                },)*
                $($crate::api::rules::InputField {
                    name: $crate::api::wire::plain(stringify!($ofield)), presence: $crate::api::rules::Presence::Optional, rule: $orule,
                },)*
            ];
        }
    };
}
