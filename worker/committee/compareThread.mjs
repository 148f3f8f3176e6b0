// A worker thread does not inherit the TypeScript loader under every Node version, so this plain file sets it up.
import { register } from 'tsx/esm/api'

register()
await import('./compareThread.ts')
