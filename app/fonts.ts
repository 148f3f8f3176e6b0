import localFont from 'next/font/local'

/** Archivo: a grotesk with a width axis; wide for headlines, normal for text, narrow for labels of tables. */
export const grotesk = localFont({
  src: '../node_modules/@fontsource-variable/archivo/files/archivo-latin-wdth-normal.woff2',
  variable: '--font-grotesk',
  weight: '100 900',
  display: 'swap',
  declarations: [{ prop: 'font-stretch', value: '62% 125%' }],
})

/** Martian Mono, drawn narrow: every number, hash, address and log line. */
export const mono = localFont({
  src: '../node_modules/@fontsource-variable/martian-mono/files/martian-mono-latin-wdth-normal.woff2',
  variable: '--font-martian',
  weight: '100 800',
  display: 'swap',
  declarations: [{ prop: 'font-stretch', value: '75% 112.5%' }],
})
