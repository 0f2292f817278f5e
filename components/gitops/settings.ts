/** Where Argo CD finds the rendered files of a stack, and where it brings them. */
export interface DeliverySettings {
  /** Namespace in which Argo CD looks for its objects. */
  readonly argoCdNamespace: string;
  readonly repository: string;
  /** Branch or tag. */
  readonly revision: string;
  /** Folder of the repository. */
  readonly path: string;
  /** Namespace of the workloads. */
  readonly namespace: string;
  /** Labels the namespace gets, should Argo CD have to make it. */
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** Environments on other clusters or in other namespaces. */
  readonly environments: readonly DeliveredEnvironment[];
}

/** Another environment that the same Argo CD delivers. */
export interface DeliveredEnvironment {
  readonly name: string;
  /** API of its cluster, as Argo CD knows it. */
  readonly server: string;
  readonly namespace: string;
  readonly revision: string;
  readonly path: string;
}

/** How Argo CD gets into the repository; one of the two, or neither for a public one. */
export interface RepositoryLogin<Value> {
  readonly username: string;
  readonly token?: Value | undefined;
  readonly sshKey?: Value | undefined;
}
