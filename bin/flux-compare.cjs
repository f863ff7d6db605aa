#!/usr/bin/env node
// Written for any Node, however old: it has to be able to say that it is too old.
var major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error('error: flux-compare needs Node.js 24 or newer, this is ' + process.version)
  console.error('hint: install a newer one, for example: npx -y node@24 ' + process.argv[1])
  process.exit(2)
}
var path = require('node:path')
var source = path.join(__dirname, '..', 'src', 'main.ts')
var main = require('node:fs').existsSync(source) ? source : path.join(__dirname, '..', 'dist', 'main.js')
void import(require('node:url').pathToFileURL(main).href)
