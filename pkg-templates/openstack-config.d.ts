/**
 * Options for `new OpenStackImageClient(…)` from clouds.yaml and the OS_* variables, in Node only: nothing of this goes
 * into a page.
 */

/** What is known by its name, or by its ID. */
export type OpenStackNameOrId = string | { id: string };

/** Where the configuration is looked for; by default as openstacksdk does. */
export interface OpenStackConfigOptions {
  /** A cloud of the file. Default: OS_CLOUD, else the cloud of the OS_* variables, else the only one of the file. */
  cloud?: string;
  /** One of its regions; default: the first. */
  region?: string;
  /**
   * A file that must be there. Default: OS_CLIENT_CONFIG_FILE, else the first clouds.yaml, .yml or .json in the current
   * folder, the user's configuration folder, ~/.config/openstack, /etc/xdg/openstack, /etc/openstack.
   */
  file?: string;
  /** The same with the secrets, merged over it. Default: OS_CLIENT_SECURE_FILE, else secure.yaml by the same path. */
  secureFile?: string;
  /** Variables; default: those of the process. */
  env?: Record<string, string | undefined>;
  /** The current folder; default: that of the process. */
  folder?: string;
}

/** What it comes to: options of `OpenStackImageClient`, to which more can be added. */
export interface OpenStackConfig {
  /** Who is asking. */
  auth:
    | { type: 'none' }
    | { type: 'token'; token: string }
    | {
        type: 'password';
        iamEndpoint: string;
        user: OpenStackNameOrId;
        password: string;
        userDomain?: OpenStackNameOrId;
        project?: OpenStackNameOrId;
        projectDomain?: OpenStackNameOrId;
        domainScope?: OpenStackNameOrId;
      }
    | { type: 'application-credential'; iamEndpoint: string; id: string; secret: string }
    | {
        type: 'application-credential';
        iamEndpoint: string;
        name: string;
        user: OpenStackNameOrId;
        domain?: OpenStackNameOrId;
        secret: string;
      };
  /** Which of the catalog's endpoints. */
  interface: 'public' | 'internal' | 'admin';
  /** Which of the catalog's regions. */
  region?: string;
  /** Where the configuration names it (image_endpoint_override); else the catalog does. */
  endpoint?: string;
  /** An https.Agent, where the cloud has certificates of its own (cacert, cert, key, insecure). */
  agent?: object;
}

/**
 * Reads the configuration of one cloud.
 *
 * The OS_* variables make up a cloud of their own (`envvars`); they do not change one of the file, as with openstacksdk.
 * Vendor profiles are read from clouds-public.yaml; those that openstacksdk brings along are not known here.
 *
 * @throws {ImsError} kind `validation` (what is missing or wrong, and where) or `unsupported` (an auth_type that this
 * client cannot do).
 * @example
 * const images = new OpenStackImageClient(openStackConfig({ cloud: 'mycloud' }));
 */
export function openStackConfig(options?: OpenStackConfigOptions): OpenStackConfig;
