//! The accounts that the services know: domains with a user, projects, an access key and an application credential.

/// What of the first account can be chosen on the command line.
#[derive(Clone)]
pub struct DemoAccount {
    /// AK.
    pub access_key: String,
    /// SK.
    pub secret_key: String,
    /// The user's name.
    pub user: String,
    /// The user's password.
    pub password: String,
}

impl Default for DemoAccount {
    fn default() -> Self {
        Self {
            access_key: "EMULATORDEMOAK000001".to_owned(),
            secret_key: "EmulatorDemoSecretKey0000000000000000001".to_owned(),
            user: "demo-user".to_owned(),
            password: "Demo-Password-1".to_owned(),
        }
    }
}

impl std::fmt::Debug for DemoAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secret key and the password stay out of every log.
        f.debug_struct("DemoAccount").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A project: where resources belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Project {
    pub(super) id: &'static str,
    /// The region's for the first one of an account.
    pub(super) name: String,
}

/// An access key.
pub(super) struct AccessKey {
    pub(super) access_key: String,
    pub(super) secret_key: String,
    /// What `X-Security-Token` must say with it; empty for a permanent key.
    pub(super) security_token: String,
}

/// An application credential; good for the account's first project.
pub(super) struct ApplicationCredential {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) secret: &'static str,
}

/// A domain (Huawei: account) with all that is its own.
pub(super) struct Account {
    pub(super) domain_id: &'static str,
    pub(super) domain_name: &'static str,
    pub(super) user_id: &'static str,
    pub(super) user_name: String,
    pub(super) password: String,
    pub(super) projects: Vec<Project>,
    pub(super) keys: Vec<AccessKey>,
    pub(super) credential: ApplicationCredential,
}

/// All accounts.
pub(super) struct Accounts(pub(super) Vec<Account>);

/// Owns the public images; nobody's project.
pub(super) const PUBLIC_OWNER: &str = "1bed856811654c1cb661a6ca845ebc77";
/// The other region, which images are copied to.
pub(super) const OTHER_REGION: &str = "region1";

impl Accounts {
    pub(super) fn new(demo: &DemoAccount, region: &str) -> Self {
        let project = |id, name: &str| Project { id, name: name.to_owned() };
        let key = |access_key: &str, secret_key: &str, security_token: &str| AccessKey {
            access_key: access_key.to_owned(),
            secret_key: secret_key.to_owned(),
            security_token: security_token.to_owned(),
        };
        let sub_project = format!("{region}_sub");
        Self(vec![
            Account {
                domain_id: "d78cbac186b744899480f25bd0220001",
                domain_name: "demo-domain",
                user_id: "7116d09f88fa41908676fdd4b0390001",
                user_name: demo.user.clone(),
                password: demo.password.clone(),
                projects: vec![
                    project("aa2d97d7e62c4b7da3ffdfc115510001", region),
                    project("aa2d97d7e62c4b7da3ffdfc115510002", &sub_project),
                    project("aa2d97d7e62c4b7da3ffdfc115510003", OTHER_REGION),
                ],
                keys: vec![
                    key(&demo.access_key, &demo.secret_key, ""),
                    key(
                        "EMULATORTEMPAK000001",
                        "EmulatorTemporarySecretKey00000000000001",
                        "emulator-security-token-1",
                    ),
                ],
                credential: ApplicationCredential {
                    id: "26bce2f7c7e34d49b8d2d4b2b5c00001",
                    name: "demo-credential",
                    secret: "Demo-Application-Credential-Secret-1",
                },
            },
            Account {
                domain_id: "d78cbac186b744899480f25bd0220002",
                domain_name: "partner-domain",
                user_id: "7116d09f88fa41908676fdd4b0390002",
                user_name: "partner-user".to_owned(),
                password: "Partner-Password-1".to_owned(),
                projects: vec![project("aa2d97d7e62c4b7da3ffdfc115520001", region)],
                keys: vec![key("EMULATORPARTNERAK001", "EmulatorPartnerSecretKey0000000000000001", "")],
                credential: ApplicationCredential {
                    id: "26bce2f7c7e34d49b8d2d4b2b5c00002",
                    name: "partner-credential",
                    secret: "Partner-Application-Credential-Secret-1",
                },
            },
        ])
    }

    /// The account that an access key belongs to, and the key.
    pub(super) fn by_access_key(&self, access_key: &str) -> Option<(&Account, &AccessKey)> {
        self.0.iter().find_map(|account| {
            let key = account.keys.iter().find(|key| key.access_key == access_key)?;
            Some((account, key))
        })
    }

    /// The account of a domain, by ID or by name.
    pub(super) fn by_domain(&self, id_or_name: &str) -> Option<&Account> {
        self.0.iter().find(|account| account.domain_id == id_or_name || account.domain_name == id_or_name)
    }

    /// The account of a user, by the user's ID.
    pub(super) fn by_user_id(&self, user_id: &str) -> Option<&Account> {
        self.0.iter().find(|account| account.user_id == user_id)
    }

    /// The account of an application credential, by the credential's ID.
    pub(super) fn by_credential(&self, id: &str) -> Option<&Account> {
        self.0.iter().find(|account| account.credential.id == id)
    }

    /// The account of a project.
    pub(super) fn by_project(&self, project_id: &str) -> Option<&Account> {
        self.0.iter().find(|account| account.project(project_id).is_some())
    }
}

impl Account {
    /// One of the account's projects, by ID.
    pub(super) fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }
}
