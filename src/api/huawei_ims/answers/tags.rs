//! Tags, and images by their tags.

use super::list_of;
use crate::answer;
use crate::api::answer::FieldKind::{self, ListOf, Number, Object, Text};

answer! {
    /// A tag as it is listed. Source: Image Management Service, API Reference, "Querying Tags of an Image".
    pub struct ListedTag {
        required {
            /// The key.
            key: String = Text,
        }
        optional {
            /// The value.
            value: String = Text,
        }
    }
}

answer! {
    /// Tags of one image. Source: "Querying Tags of an Image".
    pub struct ImageTags {
        required {
            /// The tags.
            tags: Vec<ListedTag> = list_of!(ListedTag),
        }
        optional {}
    }
}

answer! {
    /// A key with all of its values. Source: Image Management Service, API Reference, "Querying All Image Tags".
    pub struct TagValues {
        required {
            /// The key.
            key: String = Text,
        }
        optional {
            /// Its values; one empty text where there is the key only.
            values: Vec<String> = ListOf(&Text),
        }
    }
}

answer! {
    /// Tags of all images of a project. Source: "Querying All Image Tags".
    pub struct ProjectTags {
        required {
            /// The tags.
            tags: Vec<TagValues> = list_of!(TagValues),
        }
        optional {}
    }
}

answer! {
    /// Tags as texts. Source: Image Management Service, API Reference, "Querying Tags".
    pub struct TagTexts {
        required {
            /// The tags, `key.value`.
            tags: Vec<String> = ListOf(&Text),
        }
        optional {}
    }
}

answer! {
    /// More about an image that was found by its tags. Source: Image Management Service, API Reference, "Querying Images
    /// by Tag".
    pub struct FoundDetail {
        required {}
        optional {
            /// State of the image.
            status: String = Text,
        }
    }
}

answer! {
    /// An image that was found by its tags. Source: "Querying Images by Tag".
    pub struct FoundImage {
        required {
            /// ID of the image.
            resource_id: String = Text,
        }
        optional {
            /// Name of the image.
            resource_name: String = Text,
            /// More about the image.
            resource_detail: FoundDetail = Object(FoundDetail::FIELDS),
            /// Tags of the image.
            tags: Vec<ListedTag> = list_of!(ListedTag),
        }
    }
}

answer! {
    /// Images by their tags; a count has no `resources`. Source: "Querying Images by Tag".
    pub struct FoundImages {
        required {}
        optional {
            /// How many images there are in all.
            total_count: f64 = Number,
            /// The images of this page.
            resources: Vec<FoundImage> = list_of!(FoundImage),
        }
    }
}
