/** Remembers the memory of the .wasm, which the package instantiates at its first call. */
let memory;

WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...given) {
    super(...given);
    memory = this.exports.memory;
  }
};

/** Its size in bytes; it never shrinks. */
export const wasmMemory = () => memory.buffer.byteLength;
