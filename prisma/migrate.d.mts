/** What an administrator runs once on a new server. */
export const ROLES_SQL: string
/** Applies the missing migrations as a role that owns the database; answers their names. */
export function migrate(url: string, options?: { folder?: string }): Promise<string[]>
