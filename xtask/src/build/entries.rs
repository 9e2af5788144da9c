//! The entries of the package: what each is called, and which feature of the crate makes it.
use super::Machine;
use super::error_codes::{self, ErrorCodes};

/// One entry of the package, with a .wasm of its own for pages and one for Node. It takes a line in [`ENTRIES`], its exports in `src/js` behind
/// its feature, and two templates: `shell/NAME.js` and `NAME.d.ts`.
pub struct Entry {
    /// `index` is the main entry; any other is imported as `ims-client/NAME`.
    pub name: &'static str,
    /// The cargo feature that makes it.
    pub feature: &'static str,
    /// Its uploads look into files first: it holds the way to the inspector's .wasm, too.
    pub inspects: bool,
    /// It moves images: what only that needs is in a second .wasm for pages, which is loaded when the first transfer begins.
    /// Most bytes of it, as of the first.
    pub transfers: Option<u64>,
    /// Most bytes that a page downloads for it at first: .wasm and code, each after gzip -9. Where an entry has no limit of its own,
    /// this is a ratchet: what it weighs, and one per cent. It is lowered when the entry became lighter, and raised
    /// only together with what is worth it.
    pub budget: u64,
    /// The service's error codes, which the entry exports too.
    pub(super) codes: Option<&'static ErrorCodes>,
}

/// What the package offers.
pub static ENTRIES: &[Entry] = &[
    Entry {
        name: "index",
        feature: "cecloud",
        inspects: true,
        transfers: Some(134_100),
        budget: 95_600,
        codes: Some(&error_codes::CECLOUD),
    },
    Entry {
        name: "inspect",
        feature: "inspect",
        inspects: false,
        transfers: None,
        budget: 60_000,
        codes: None,
    },
    Entry {
        name: "openstack",
        feature: "openstack",
        inspects: false,
        transfers: Some(44_550),
        budget: 90_050,
        codes: None,
    },
    Entry {
        name: "huawei",
        feature: "huawei",
        inspects: true,
        transfers: Some(110_400),
        budget: 100_500,
        codes: None,
    },
    Entry {
        name: "workspace",
        feature: "workspace",
        inspects: false,
        transfers: None,
        budget: 83_350,
        codes: None,
    },
];

impl Entry {
    /// The file of pkg-templates/ that holds its classes and functions.
    pub fn shell(&self) -> String {
        format!("shell/{}.js", self.name)
    }

    /// The name of its .wasm in the package.
    pub fn wasm(&self, machine: Machine) -> String {
        let stem = if self.is_main() { "ims_client" } else { self.name };
        match machine {
            Machine::Page => format!("{stem}_bg.wasm"),
            Machine::Node => format!("{stem}_node_bg.wasm"),
        }
    }

    /// The name of the second .wasm for pages.
    pub fn transfers_wasm(&self) -> String {
        self.wasm(Machine::Page).replace("_bg.wasm", "_transfers_bg.wasm")
    }

    /// The cargo features of its .wasm.
    pub fn features(&self, machine: Machine) -> String {
        match machine {
            Machine::Page => self.feature.to_owned(),
            Machine::Node => format!("{},node", self.feature),
        }
    }

    /// Its files with the .wasm inside are called so.
    pub fn inline(&self) -> String {
        if self.is_main() { "inline".to_owned() } else { format!("{}-inline", self.name) }
    }

    /// The declarations of its generated types are called so.
    pub fn types(&self) -> String {
        if self.is_main() { "types".to_owned() } else { format!("{}-types", self.name) }
    }

    /// What follows the package's name where it is imported, and the files that answer.
    pub fn places(&self) -> [(String, String); 2] {
        let [beside, inside] = match self.is_main() {
            true => [".".to_owned(), "./inline".to_owned()],
            false => [format!("./{}", self.name), format!("./{}/inline", self.name)],
        };
        [(beside, self.name.to_owned()), (inside, self.inline())]
    }

    fn is_main(&self) -> bool {
        self.name == "index"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_entries_share_a_name() {
        let names = |of: fn(&Entry) -> Vec<String>| {
            let all: Vec<String> = ENTRIES.iter().flat_map(of).collect();
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:?}");
        };
        names(|entry| vec![entry.wasm(Machine::Page), entry.wasm(Machine::Node)]);
        names(|entry| vec![entry.name.to_owned(), entry.inline(), entry.types()]);
        names(|entry| entry.places().map(|(place, _)| place).to_vec());
    }

    #[test]
    fn the_main_entry_keeps_its_names() {
        let main = &ENTRIES[0];
        assert_eq!(
            (main.wasm(Machine::Page).as_str(), main.types().as_str()),
            ("ims_client_bg.wasm", "types")
        );
        let [(beside, stem), (inside, inline)] = main.places();
        assert_eq!([beside, stem, inside, inline], [".", "index", "./inline", "inline"]);
        let [_, (inside, inline)] = ENTRIES[1].places();
        assert_eq!([inside, inline], ["./inspect/inline", "inspect-inline"]);
    }
}
