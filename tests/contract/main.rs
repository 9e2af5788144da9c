//! The core held against the document of CECloud IMS (operations, answers, limits, error codes), against the
//! published JavaScript and its types, against what Huawei Cloud's official SDK sends, and against another
//! implementation of the store's signatures.

mod answers;
mod error_codes;
mod fakes;
mod fixtures;
mod huawei;
mod huawei_limits;
mod huawei_limits_of_others;
mod huawei_signing;
mod inspect;
mod limits;
mod limits_of_lists;
mod limits_of_tables;
mod openstack;
mod openstack_answers;
mod openstack_shells;
mod operations;
mod shells;
mod signing;
mod signing_cases;
mod source_text;
mod tables;
