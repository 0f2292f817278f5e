/** Names of what works beside the apps, which are also those of their objects. */
export const wiringName = "media-wiring";
export const exportersName = "media-exporters";

/** The Secret with the password of the apps' web pages. */
export const loginSecret = { name: "media-web-login", key: "password" } as const;

/** Where the wiring's scripts are mounted. */
export const scriptsPath = "/wiring";
