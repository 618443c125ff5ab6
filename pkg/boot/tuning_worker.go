package boot

// workers run functions on goroutines that are reused. The SDK's calls are deep: for each request,
// the stack of a new goroutine would be copied five times to grow. Measured: 15 % less CPU.
type workers chan func()

// do runs f on an idle goroutine, or on a new one. It does not wait.
func (w workers) do(f func()) {
	select {
	case w <- f:
	default:
		go func() {
			for {
				f()
				f = <-w
			}
		}()
	}
}
