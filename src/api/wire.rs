//! One declaration per wire type: its TypeScript (by tsify) and the table that drives reading or writing.
//!
//! The structs are never built: they carry the types, with their documentation, into the published `.d.ts`, while
//! the tables do the work at a fraction of the weight of generated decoders. Field names are the services' own.

/// The name of a field as it goes over the wire: `type` of `r#type`.
pub const fn wire_name(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
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

/// A type that is read: `required` fields make an answer without them an error, `optional` ones may be absent.
#[macro_export]
macro_rules! answer {
    ($(#[$doc:meta])* pub struct $name:ident {
        required { $($(#[$rdoc:meta])* $rfield:ident: $rtype:ty = $rkind:expr),* $(,)? }
        optional { $($(#[$odoc:meta])* $ofield:ident: $otype:ty = $okind:expr),* $(,)? }
    }) => {
        $(#[$doc])*
        #[allow(non_snake_case)]
        #[derive(tsify::Tsify)]
        pub struct $name {
            $($(#[$rdoc])* pub $rfield: $rtype,)*
            $($(#[$odoc])* #[tsify(optional)] pub $ofield: Option<$otype>,)*
        }
        impl $name {
            /// The table that reading follows.
            pub const FIELDS: &'static [$crate::api::answer::AnswerField] = &[
                $($crate::api::answer::AnswerField { name: $crate::api::wire::wire_name(stringify!($rfield)), kind: $rkind, required: true },)*
                $($crate::api::answer::AnswerField { name: $crate::api::wire::wire_name(stringify!($ofield)), kind: $okind, required: false },)*
            ];
        }
    };
}

/// A type that is written: each field with the rule that its value must keep.
#[macro_export]
macro_rules! request {
    ($(#[$doc:meta])* pub struct $name:ident {
        required { $($(#[$rdoc:meta])* $rfield:ident: $rtype:ty = $rrule:expr),* $(,)? }
        optional { $($(#[$odoc:meta])* $ofield:ident: $otype:ty = $orule:expr),* $(,)? }
    }) => {
        $(#[$doc])*
        #[allow(non_snake_case)]
        #[derive(tsify::Tsify)]
        pub struct $name {
            $($(#[$rdoc])* pub $rfield: $rtype,)*
            $($(#[$odoc])* #[tsify(optional)] pub $ofield: Option<$otype>,)*
        }
        impl $name {
            /// The table that writing follows.
            pub const FIELDS: &'static [$crate::api::rules::InputField] = &[
                $($crate::api::rules::InputField {
                    name: $crate::api::wire::wire_name(stringify!($rfield)), presence: $crate::api::rules::Presence::Required, rule: $rrule,
                },)*
                $($crate::api::rules::InputField {
                    name: $crate::api::wire::wire_name(stringify!($ofield)), presence: $crate::api::rules::Presence::Optional, rule: $orule,
                },)*
            ];
        }
    };
}
