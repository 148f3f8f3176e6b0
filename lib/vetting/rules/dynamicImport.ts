import type { Finding, Rule } from './facts.ts'

const NATIVE = {
  python: /^(?:ctypes|cffi|_ctypes|_cffi_backend)(?:\.|$)/,
  javascript: /^(?:ffi-napi|ffi|koffi|node-ffi|bindings)$/,
}
const LOADERS = {
  python:
    /^(?:importlib\.(?:util|machinery|_bootstrap)\.\w+|imp\.load_\w+|pkgutil\.get_loader|sys\.meta_path\.\w+)$/,
  javascript: /^(?:process\.(?:binding|dlopen|_linkedBinding)|module\.createRequire\(\)\.resolve)$/,
}

/** Code that enters by another door than a plain import: computed module names, hand-made loaders, native libraries. */
export const dynamicImport: Rule = ({ facts, language }) => {
  const findings: Finding[] = facts.computedImports.map((place) => ({
    rule: 'dynamic-import',
    severity: 'hold',
    message: 'The name of an imported module is computed, so what is loaded cannot be read here.',
    place,
  }))
  for (const each of facts.imports) {
    if (!NATIVE[language].test(each.module)) continue
    findings.push({
      rule: 'native-code',
      severity: 'hold',
      message: `${each.module} calls native libraries directly, past the language's own limits.`,
      place: each.place,
    })
  }
  for (const call of facts.calls) {
    if (!LOADERS[language].test(call.name)) continue
    findings.push({
      rule: 'dynamic-import',
      severity: 'hold',
      message: `${call.name} loads code by hand.`,
      place: call.place,
    })
  }
  return findings
}
