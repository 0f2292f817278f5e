import { chartExemptions } from "./chartExemptions";
import type { Exemption } from "./exemption";

const kubeVip = {
  subjects: ["kube-system/DaemonSet/kube-vip"],
  owner: "cluster operator",
  expires: "2027-11-30",
} as const;

/** Images of linuxserver.io: their init is root's until it drops to PUID and PGID. */
const linuxserver = {
  subjects: [
    "{media}/Deployment/lidarr",
    "{media}/Deployment/overseerr",
    "{media}/Deployment/plex",
    "{media}/Deployment/prowlarr",
    "{media}/Deployment/qbittorrent",
    "{media}/Deployment/radarr",
    "{media}/Deployment/sabnzbd",
    "{media}/Deployment/sonarr",
  ],
  owner: "media operator",
  expires: "2027-05-31",
} as const;

/** What the rules do not hold for. Those without a `chart` are of objects that the program makes. */
export const exemptions: readonly Exemption[] = [
  {
    ...kubeVip,
    rule: "host-namespaces",
    found: ["hostNetwork"],
    reason:
      "It gives the API's address to an interface of the host, before any network of pods is up.",
  },
  {
    ...kubeVip,
    rule: "capabilities",
    found: ["NET_ADMIN, NET_RAW"],
    reason: "NET_ADMIN sets the address, NET_RAW announces it by ARP.",
  },
  {
    ...kubeVip,
    rule: "non-root",
    reason: "Its image runs as root, and capabilities of other users do not survive the exec.",
  },
  {
    ...kubeVip,
    rule: "read-only-root",
    reason:
      "Not tried with this image; the API's address hangs on it. Review with the next version.",
  },
  {
    ...kubeVip,
    rule: "service-account-token",
    reason: "It elects the server that holds the address by a lease of the Kubernetes API.",
  },
  {
    rule: "service-account-token",
    subjects: ["traefik/Job/traefik-definitions"],
    reason: "It applies the chart's definitions; its role names just those.",
    owner: "cluster operator",
    expires: "2027-11-30",
  },
  {
    ...linuxserver,
    rule: "capabilities",
    found: ["CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID"],
    reason:
      "Their init takes over the config folder as root, then changes user: within the level baseline.",
  },
  {
    ...linuxserver,
    rule: "non-root",
    reason:
      "Their init starts as root. Apps that can run without it do so with media.podSecurity: restricted.",
  },
  {
    ...linuxserver,
    rule: "read-only-root",
    reason: "Their init writes users, groups and service folders to the root at each start.",
  },
  {
    rule: "volume-retained",
    subjects: ["tracing/PersistentVolumeClaim/jaeger"],
    found: ["the default class"],
    reason: "Traces of the last days: worth no folder that outlives the service.",
    owner: "cluster operator",
    expires: "2027-11-30",
  },
  {
    rule: "volume-retained",
    subjects: [
      "{media}/PersistentVolumeClaim/media-storage",
      "{media}/PersistentVolumeClaim/media-configs-lidarr",
      "{media}/PersistentVolumeClaim/media-configs-overseerr",
      "{media}/PersistentVolumeClaim/media-configs-plex",
      "{media}/PersistentVolumeClaim/media-configs-prowlarr",
      "{media}/PersistentVolumeClaim/media-configs-qbittorrent",
      "{media}/PersistentVolumeClaim/media-configs-radarr",
      "{media}/PersistentVolumeClaim/media-configs-sabnzbd",
      "{media}/PersistentVolumeClaim/media-configs-sonarr",
    ],
    found: ["local-path"],
    reason:
      "Who names local-path for the media claims says that the data goes with them, as in a lab.",
    owner: "media operator",
    expires: "2027-05-31",
  },
  ...chartExemptions,
];
