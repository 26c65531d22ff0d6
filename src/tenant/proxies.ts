/** The proxy variables, as the environment spells them. Lower case wins, as with curl. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;
