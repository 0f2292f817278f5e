/** What stands for an encrypted value where nobody can open it, as in `npm run plan`. */
export const closedSecret = "[encrypted]";
