/** The published declarations as an editor reads them: what is exported, what is said of it, which examples it has. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { CLIENT_DIR } from './places.mjs';

const manifest = JSON.parse(readFileSync(path.join(CLIENT_DIR, 'package.json'), 'utf8'));

/** What can be imported as code, each entry once: its twin with the .wasm inside has the same declarations. */
export const ENTRIES = Object.keys(manifest.exports).filter(
  (place) => manifest.exports[place].node?.import && !place.endsWith('inline'),
);

/** How an entry is imported. */
export const specifier = (place) => `ims-client${place.slice(1)}`;

/** The file of an entry's declarations. */
export function declarationsOf(place) {
  return path.normalize(manifest.exports[place].node.import.types);
}

const { Class, Function: Callable, Interface, Method, Property, Alias, Value } = ts.SymbolFlags;
const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true, types: [] };
const fileOf = (place) => path.join(CLIENT_DIR, declarationsOf(place));
const program = ts.createProgram(ENTRIES.map(fileOf), options);
const checker = program.getTypeChecker();

/** Whether it is written out of Rust: its members are fields of the service's own document. */
const isGenerated = (symbol) =>
  symbol.declarations.every((declaration) => /types\.d\.ts$/.test(declaration.getSourceFile().fileName));

function described(symbol) {
  const tags = symbol.getJsDocTags(checker);
  const texts = tags
    .filter(({ name }) => name === 'example')
    .map(({ text }) => ts.displayPartsToString(text));
  return {
    said: ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim(),
    examples: texts.map((text) => text.trim()),
  };
}

/** What a class or an interface declares itself; what has a symbol for its name stands among its type's properties. */
function membersOf(symbol) {
  const all = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol));
  const bySymbols = all.filter((member) => member.name.startsWith('__@') && member.parent === symbol);
  return [...symbol.members.values(), ...bySymbols];
}

/** The exports of an entry, the members of classes and of interfaces that are written by hand with them. */
export function exportsOf(place) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(fileOf(place)));
  return checker.getExportsOfModule(module).map((exported) => {
    const symbol = exported.flags & Alias ? checker.getAliasedSymbol(exported) : exported;
    const { flags } = symbol;
    const members = flags & (Class | Interface) && !isGenerated(symbol) ? membersOf(symbol) : [];
    return {
      name: exported.name,
      isValue: (flags & Value) !== 0,
      isClass: (flags & Class) !== 0,
      isFunction: (flags & Callable) !== 0,
      home: symbol.declarations[0].getSourceFile().fileName === fileOf(place),
      ...described(symbol),
      members: members
        .filter((member) => member.flags & (Method | Property))
        .map((member) => ({
          // The compiler's own name of [Symbol.dispose] is __@dispose@ and a number.
          name: member.name.replace(/^__@(\w+)@\d+$/, '[Symbol.$1]'),
          isMethod: (member.flags & Method) !== 0,
          ...described(member),
        })),
      // The constructor's own comment is an example too.
      others: members.filter((member) => member.flags & ts.SymbolFlags.Constructor).map(constructorOf),
    };
  });
}

function constructorOf(symbol) {
  const texts = symbol.declarations.flatMap((declaration) =>
    ts
      .getJSDocTags(declaration)
      .filter(({ tagName }) => tagName.text === 'example')
      .map(({ comment }) => ts.getTextOfJSDocComment(comment)),
  );
  return { name: 'constructor', said: '', examples: texts };
}

/** Every example of an entry, with the name of what it is of; what is taken from another entry is that one's. */
export function examplesOf(place) {
  return exportsOf(place)
    .filter(({ home }) => home)
    .flatMap(({ name, examples, members, others }) => [
      ...examples.map((code) => ({ name, code })),
      ...[...members, ...others].flatMap((member) =>
        member.examples.map((code) => ({ name: `${name}.${member.name}`, code })),
      ),
    ]);
}
