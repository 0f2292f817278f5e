import { type CisRow, fileRow } from "./cisRow";

const data = "/var/lib/rancher/k3s";
const at =
  (...paths: readonly string[]) =>
  ({ path }: { readonly path: string }) =>
    paths.includes(path);
const like =
  (pattern: RegExp) =>
  ({ path }: { readonly path: string }) =>
    pattern.test(path);

/** Who may read and write the control plane's files. */
export const serverFileRows: readonly CisRow[] = [
  fileRow({
    ...{ id: "1.1.9", text: "files of the pod network are root's alone", on: "node" },
    ...{ which: like(/^\/var\/lib\/cni\/networks\//), most: 0o600 },
  }),
  fileRow({
    ...{ id: "1.1.11", text: "etcd's data folder is root's alone", wanted: true },
    ...{ which: at(`${data}/server/db/etcd`), most: 0o700 },
  }),
  fileRow({
    ...{ id: "1.1.13", text: "the admin's kubeconfigs are root's alone", wanted: true },
    ...{
      which: at(`${data}/server/cred/admin.kubeconfig`, "/etc/rancher/k3s/k3s.yaml"),
      most: 0o600,
    },
  }),
  fileRow({
    ...{ id: "1.1.15", text: "the scheduler's kubeconfig is root's alone", wanted: true },
    ...{ which: at(`${data}/server/cred/scheduler.kubeconfig`), most: 0o600 },
  }),
  fileRow({
    ...{ id: "1.1.17", text: "the controller manager's kubeconfig is root's alone", wanted: true },
    ...{ which: at(`${data}/server/cred/controller.kubeconfig`), most: 0o600 },
  }),
  fileRow({
    ...{ id: "1.1.19", text: "the folder of certificates is root's alone", wanted: true },
    ...{ which: at(`${data}/server/tls`), most: 0o700 },
  }),
  fileRow({
    ...{ id: "1.1.20", text: "only root writes certificates", wanted: true },
    ...{ which: like(/\/server\/tls\/.*\.crt$/), most: 0o644 },
  }),
  fileRow({
    ...{ id: "1.1.21", text: "keys are root's alone", wanted: true },
    ...{ which: like(/\/server\/tls\/.*\.key$/), most: 0o600 },
  }),
  fileRow({
    ...{ id: "K.1", text: "the key that encrypts Secrets is root's alone", wanted: true },
    ...{ which: like(/\/server\/cred\/encryption-/), most: 0o600 },
  }),
  fileRow({
    ...{ id: "K.2", text: "tokens on disk are root's alone", on: "node" },
    ...{ which: like(/(\/|-)token$|\/node\/password$/), most: 0o600, wanted: true },
  }),
  fileRow({
    ...{ id: "K.3", text: "k3s's configuration is root's alone", on: "node", wanted: true },
    ...{ which: like(/^\/etc\/(rancher|bramble)\/k3s\/.*\.yaml$/), most: 0o600 },
  }),
  fileRow({
    ...{ id: "K.4", text: "the audit log is root's alone" },
    ...{ which: (file) => file.path.includes("/server/logs/") && !file.folder, most: 0o600 },
  }),
];

/** Who may read and write a node's files. */
export const nodeFileRows: readonly CisRow[] = [
  fileRow({
    ...{ id: "4.1.3", text: "kube-proxy's kubeconfig is root's alone", on: "node" },
    ...{ which: at(`${data}/agent/kubeproxy.kubeconfig`), most: 0o600 },
  }),
  fileRow({
    ...{ id: "4.1.5", text: "kubelet's kubeconfig is root's alone", on: "node", wanted: true },
    ...{ which: at(`${data}/agent/kubelet.kubeconfig`), most: 0o600 },
  }),
  fileRow({
    ...{ id: "4.1.7", text: "only root writes the node's certificates", on: "node" },
    ...{ which: like(/\/agent\/.*\.crt$/), most: 0o644 },
  }),
  fileRow({
    ...{ id: "K.5", text: "the node's keys are root's alone", on: "node", wanted: true },
    ...{ which: like(/\/agent\/.*\.key$/), most: 0o600 },
  }),
];
