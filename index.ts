import { loadSettings } from "./config/load";
import { environment } from "./stacks/environment";

export = environment(loadSettings());
