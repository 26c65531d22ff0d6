/** Supernovas written for tests of `preview`: what each draws, and what is wrong with it. */

/** Draws `body`, in which `element` is the object's element and `layout` its layout; `load` runs when the module does. */
export function supernova(
  body: string,
  {
    load = '',
    properties = '{}',
    targets = '[]',
  }: { load?: string; properties?: string; targets?: string } = {},
): string {
  return `define(['@nebula.js/stardust'], ({ useElement, useEffect, useLayout }) => {
  ${load}
  return () => ({
    qae: { properties: ${properties}, data: { targets: ${targets} } },
    component() {
      const element = useElement();
      const layout = useLayout();
      useEffect(() => { ${body} }, [element, layout]);
    },
  });
});
`;
}

export const sound = "element.innerHTML = '<p>sound</p>';";

/** The files of a folder with a supernova, for `Workspace.write`. */
export function supernovaFiles(name: string, code: string, version = '1.0.0'): Record<string, string> {
  const manifest = { name, type: 'visualization', version, supernova: true };
  return {
    [`extensions/${name}/${name}.qext`]: JSON.stringify(manifest),
    [`extensions/${name}/${name}.js`]: code,
  };
}
