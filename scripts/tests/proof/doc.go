// Package proof holds the proof that the service can be deployed, without an account
// at Amazon's: the real commands, as a developer types them, against the emulator
// with IAM enforced. What came of a command is asked of the AWS interfaces.
//
// All tests of a run share one emulator. Each stage is deployed from a copy of the
// repository of its own: its sources are edited, and the framework packages one
// stage at a time in a folder.
package proof
