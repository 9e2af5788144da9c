//! What is known of an image as the JSON of the public interface (`DiskImageInfo`).

use super::formats::LARGEST_NUMBER;
use super::info::{Boot, Detail, DiskImageInfo, LinkedFile, Partition, PartitionTable, Problem, Snapshot};
use crate::json::Value;

type Members = Vec<(String, Value)>;

/// A number that JavaScript holds exactly: larger ones become the largest of them.
fn number(value: u64) -> Value {
    Value::from(value.min(LARGEST_NUMBER))
}

fn put(members: &mut Members, name: &str, value: impl Into<Value>) {
    members.push((name.to_owned(), value.into()));
}

fn put_text(members: &mut Members, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        put(members, name, text);
    }
}

fn object(fill: impl FnOnce(&mut Members)) -> Value {
    let mut members = Members::new();
    fill(&mut members);
    Value::Object(members)
}

fn list<T>(items: &[T], encode: impl Fn(&T) -> Value) -> Value {
    Value::Array(items.iter().map(encode).collect())
}

impl DiskImageInfo {
    /// The object that `inspect()` resolves to. What is not known is left out.
    pub fn to_json(&self) -> Value {
        object(|members| {
            put(members, "format", self.format.as_str());
            put_text(members, "formatVersion", self.format_version.as_deref());
            put(members, "virtualSize", number(self.virtual_size));
            put(members, "fileSize", number(self.file_size));
            if let Some(size) = self.cluster_size {
                put(members, "clusterSize", number(size));
            }
            put_text(members, "compression", self.compression.as_deref());
            put_text(members, "encryption", self.encryption.as_deref());
            for (name, file) in [("backingFile", &self.backing_file), ("dataFile", &self.data_file)] {
                if let Some(file) = file {
                    put(members, name, linked_file(file));
                }
            }
            if self.snapshot_count > 0 {
                put(members, "snapshotCount", number(self.snapshot_count));
                put(members, "snapshots", list(&self.snapshots, snapshot));
            }
            if !self.features.is_empty() {
                put(members, "features", list(&self.features, |name| Value::from(name.as_str())));
            }
            for (name, detail) in &self.details {
                let value = match detail {
                    Detail::Number(value) => number(*value),
                    Detail::Text(text) => Value::from(text.as_str()),
                    Detail::Flag(flag) => Value::Bool(*flag),
                };
                put(members, name, value);
            }
            if let Some(table) = &self.partitions {
                put(members, "partitionTable", partition_table(table));
            }
            if self.boot != Boot::default() {
                put(members, "boot", boot(&self.boot));
            }
            put(members, "problems", list(&self.problems, problem));
            put(members, "suggestion", self.suggestion().to_json());
        })
    }
}

fn linked_file(file: &LinkedFile) -> Value {
    object(|members| {
        put_text(members, "name", file.name.as_deref());
        put_text(members, "format", file.format.as_deref());
    })
}

fn snapshot(snapshot: &Snapshot) -> Value {
    object(|members| {
        put(members, "id", snapshot.id.as_str());
        put(members, "name", snapshot.name.as_str());
        put(members, "vmStateSize", number(snapshot.vm_state_size));
        put(members, "takenAt", number(snapshot.taken_at));
    })
}

fn partition_table(table: &PartitionTable) -> Value {
    object(|members| {
        put(members, "scheme", table.scheme);
        put(members, "sectorSize", number(table.sector_size));
        put(members, "partitions", list(&table.partitions, partition));
    })
}

fn partition(partition: &Partition) -> Value {
    object(|members| {
        put(members, "number", number(partition.number.into()));
        put(members, "start", number(partition.start));
        put(members, "size", number(partition.size));
        put(members, "type", partition.type_id.as_str());
        put_text(members, "typeName", partition.type_name);
        put_text(members, "name", partition.name.as_deref());
        put(members, "active", Value::Bool(partition.active));
    })
}

fn boot(boot: &Boot) -> Value {
    object(|members| {
        put(members, "bios", Value::Bool(boot.bios));
        put(members, "uefi", Value::Bool(boot.uefi));
        put_text(members, "architecture", boot.architecture);
    })
}

/// One of the `problems`.
pub(super) fn problem(problem: &Problem) -> Value {
    object(|members| {
        put(members, "code", problem.code);
        put(members, "severity", problem.severity.as_str());
        put(members, "message", problem.message.as_str());
        put(members, "advice", problem.advice.as_str());
    })
}
