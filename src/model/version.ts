/** Version of the package and of the comparison engine: digests and reports of another version are not reused. Held equal to package.json by a test. */
export const VERSION = '0.1.0'
