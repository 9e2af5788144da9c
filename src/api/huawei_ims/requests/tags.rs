//! Bodies of the calls about tags: pairs by image, and images by pairs.

use super::super::fields::*;
use super::super::values::*;
use crate::api::rules::{Rule, SAFE_MAX, Shape};
use crate::request;

request! {
    /// A tag. Source: Image Management Service, API Reference, "Adding an Image Tag".
    pub struct Tag {
        required {
            /// 1 to 36 characters; spaces at either end are cut off by the service.
            key: String = TAG_KEY,
            /// At most 43 characters, may be empty; spaces at either end are cut off by the service.
            value: String = TAG_VALUE,
        }
        optional {}
    }
}

request! {
    /// A tag to be removed: the rules of older times allow more. Source: "Adding or Deleting Image Tags in a Batch".
    pub struct OldTag {
        required {
            /// 1 to 127 characters.
            key: String = OLD_TAG_KEY,
        }
        optional {
            /// At most 255 characters; does not matter.
            value: String = OLD_TAG_VALUE,
        }
    }
}

const OLD_TAGS: Rule =
    Rule::List { of: &Rule::Object(OldTag::FIELDS), min: 1, max: usize::MAX, unique: true };

request! {
    /// Tags to add, or to change where their keys are there. Source: Image Management Service, API Reference, "Adding or
    /// Deleting Image Tags in a Batch".
    pub struct TagsToAdd {
        required {
            /// What is done.
            #[tsify(type = "'create'")]
            action: TagAction = Rule::OneOf(TagAction::VALUES),
            /// 1 to 20 tags, no key twice.
            tags: Vec<Tag> = Rule::List { of: &Rule::Object(Tag::FIELDS), min: 1, max: 20, unique: true },
        }
        optional {}
    }
}

request! {
    /// Tags to remove; those that are not there count as removed. Source: "Adding or Deleting Image Tags in a Batch".
    pub struct TagsToRemove {
        required {
            /// What is done.
            #[tsify(type = "'delete'")]
            action: TagAction = Rule::OneOf(TagAction::VALUES),
            /// The tags, no key twice.
            tags: Vec<OldTag> = OLD_TAGS,
        }
        optional {}
    }
}

/// What `batchAddOrDeleteTags` takes.
pub const BATCH: &[Shape] = &[
    Shape { name: "a removal of tags", key: "action=delete", fields: TagsToRemove::FIELDS },
    Shape { name: "an addition of tags", key: "", fields: TagsToAdd::FIELDS },
];

request! {
    /// Tags to remove from an image; those that are not there count as removed. Source: API reference, operation
    /// batch_delete_tags.
    pub struct RemovedTags {
        required {
            /// The tags, no key twice.
            tags: Vec<OldTag> = OLD_TAGS,
        }
        optional {}
    }
}

request! {
    /// A tag of an image as a text. Source: Image Management Service, API Reference, "Adding or Modifying a Tag".
    pub struct TagTextOfImage {
        required {
            /// ID of the image.
            image_id: String = ID,
            /// `key.value`: a key of 1 to 36 and a value of at most 43 letters, digits, `_` and `-`.
            tag: String = TAG_TEXT,
        }
        optional {}
    }
}

request! {
    /// A tag of an image as a pair. Source: "Adding or Modifying a Tag".
    pub struct TagPairOfImage {
        required {
            /// ID of the image.
            image_id: String = ID,
            /// The pair.
            image_tag: Tag = Rule::Object(Tag::FIELDS),
        }
        optional {}
    }
}

/// What `createOrUpdateTags` takes.
pub const TAG_OF_IMAGE: &[Shape] = &[
    Shape { name: "a tag as a text", key: "tag", fields: TagTextOfImage::FIELDS },
    Shape { name: "a tag as a pair", key: "image_tag", fields: TagPairOfImage::FIELDS },
];

request! {
    /// A key with values of it. Source: Image Management Service, API Reference, "Querying Images by Tag".
    pub struct TagFilter {
        required {
            /// 1 to 127 characters.
            key: String = OLD_TAG_KEY,
            /// At most 10 values of at most 255 characters; none: any value.
            values: Vec<String> =
                Rule::List { of: &Rule::Text { min: 0, max: 255 }, min: 0, max: 10, unique: true },
        }
        optional {}
    }
}

request! {
    /// A field of images and what it holds. Source: "Querying Images by Tag".
    pub struct Match {
        required {
            /// The field, for example `resource_name`; at most 128 characters.
            key: String = Rule::Checked(is_searched_key, "must have 1 to 128 characters and not be blank"),
            /// What it holds; 1 to 255 characters.
            value: String = Rule::Text { min: 1, max: 255 },
        }
        optional {}
    }
}

fn is_searched_key(text: &str) -> bool {
    !crate::text::trim(text).is_empty() && text.chars().count() <= 128
}

const FILTERS: Rule = Rule::List { of: &Rule::Object(TagFilter::FIELDS), min: 1, max: 10, unique: true };
const MATCHES: Rule = Rule::List { of: &Rule::Object(Match::FIELDS), min: 1, max: usize::MAX, unique: true };

request! {
    /// Images by their tags. Source: Image Management Service, API Reference, "Querying Images by Tag".
    pub struct FindByTags {
        required {
            /// What is asked for.
            action: Filter = Rule::OneOf(Filter::VALUES),
        }
        optional {
            /// Images on a page, 1 to 1000; default 10. Goes over the wire as a text.
            #[tsify(type = "number | string")]
            limit: f64 = Rule::NumberText { min: 1, max: 1000 },
            /// How many images are passed over; default 0. Goes over the wire as a text.
            #[tsify(type = "number | string")]
            offset: f64 = Rule::NumberText { min: 0, max: SAFE_MAX },
            /// Has all of these, 1 to 10.
            tags: Vec<TagFilter> = FILTERS,
            /// Has one of these, 1 to 10.
            tags_any: Vec<TagFilter> = FILTERS,
            /// Has not all of these, 1 to 10.
            not_tags: Vec<TagFilter> = FILTERS,
            /// Has none of these, 1 to 10.
            not_tags_any: Vec<TagFilter> = FILTERS,
            /// Fields, at least one, no key twice.
            matches: Vec<Match> = MATCHES,
            /// Has no tag at all; the service then ignores the filters by tags.
            without_any_tag: bool = Rule::Flag,
        }
    }
}

request! {
    /// The number of images by their tags. Source: "Querying Images by Tag".
    pub struct CountByTags {
        required {
            /// What is asked for.
            action: Count = Rule::OneOf(Count::VALUES),
        }
        optional {
            /// Has all of these, 1 to 10.
            tags: Vec<TagFilter> = FILTERS,
            /// Has one of these, 1 to 10.
            tags_any: Vec<TagFilter> = FILTERS,
            /// Has not all of these, 1 to 10.
            not_tags: Vec<TagFilter> = FILTERS,
            /// Has none of these, 1 to 10.
            not_tags_any: Vec<TagFilter> = FILTERS,
            /// Fields, at least one, no key twice.
            matches: Vec<Match> = MATCHES,
            /// Has no tag at all; the service then ignores the filters by tags.
            without_any_tag: bool = Rule::Flag,
        }
    }
}

/// What `listImageByTags` takes.
pub const BY_TAGS: &[Shape] = &[
    Shape { name: "a count of images", key: "action=count", fields: CountByTags::FIELDS },
    Shape { name: "a search for images", key: "", fields: FindByTags::FIELDS },
];
