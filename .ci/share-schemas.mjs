/** Where a schema may stand: what these hold is one, a list of them, or a map of them. */
const single = ['items', 'additionalProperties', 'not', 'contains', 'propertyNames'];
const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const maps = ['properties', 'patternProperties', '$defs'];

/** Shorter ones are not worth a reference. */
const leastCharacters = 120;

/**
 * The same JSON schema with each part that it repeats written once, below `$defs`: half the size for an editor to load,
 * and one type rather than many for what makes types of it.
 */
export function shareSchemas(schema) {
  const seen = new Map();
  visit(schema, undefined, (part, name) => {
    const text = JSON.stringify(part);
    if (text.length < leastCharacters) return;
    const row = seen.get(text) ?? { count: 0, name };
    row.count++;
    seen.set(text, row);
  });
  const taken = new Set(Object.keys(schema.$defs ?? {}));
  const names = new Map();
  for (const [text, { count, name }] of seen) {
    if (count < 2) continue;
    names.set(text, freeName(name, taken));
  }
  const share = (part) => {
    const name = names.get(JSON.stringify(part));
    return name === undefined ? rewrite(part, share) : { $ref: `#/$defs/${name}` };
  };
  const shared = [...names].map(([text, name]) => [name, rewrite(JSON.parse(text), share)]);
  const { $defs, ...rest } = rewrite(schema, share, 'keepDefinitions');
  return { ...rest, $defs: { ...$defs, ...Object.fromEntries(shared) } };
}

function freeName(wanted, taken) {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}${number}`;
  taken.add(name);
  return name;
}

function isSchema(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param name the property that a schema is of, or the nearest one above it */
function visit(schema, name, see) {
  for (const [part, below] of partsOf(schema, name)) {
    see(part, below);
    visit(part, below, see);
  }
}

function partsOf(schema, name) {
  return Object.entries(schema)
    .flatMap(([key, value]) => {
      if (single.includes(key)) return [[value, nameOfOne(name)]];
      if (lists.includes(key)) return value.map((each) => [each, name ?? 'one']);
      return maps.includes(key) ? Object.entries(value).map(([property, each]) => [each, property]) : [];
    })
    .filter(([part]) => isSchema(part));
}

/** `changes` are a list of `change`. */
function nameOfOne(name = 'each') {
  return name.endsWith('s') ? name.slice(0, -1) : `${name}Item`;
}

function rewrite(schema, share, definitions) {
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (single.includes(key) && isSchema(value)) return [key, share(value)];
      if (lists.includes(key)) return [key, value.map((each) => (isSchema(each) ? share(each) : each))];
      if (!maps.includes(key)) return [key, value];
      const one = key === '$defs' && definitions !== undefined ? (part) => rewrite(part, share) : share;
      const entries = Object.entries(value).map(([name, part]) => [name, isSchema(part) ? one(part) : part]);
      return [key, Object.fromEntries(entries)];
    }),
  );
}
