package sandbox

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress says what is being built at once, and how long it has taken since:
// every second on one line of a terminal, every 30 seconds elsewhere.
func progress(say io.Writer, what string) (done func()) {
	begin := time.Now()
	every, before, after := 30*time.Second, "", "\n"
	if file, ok := say.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		every, before, after = time.Second, "\r", ""
	}
	elapsed := func() time.Duration { return time.Since(begin).Round(time.Second) }
	fmt.Fprintf(say, "building %s\n", what)
	ended := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
				fmt.Fprintf(say, "%s  … %s%s", before, elapsed(), after)
			}
		}
	})
	return func() {
		close(ended)
		writer.Wait()
		fmt.Fprintf(say, "%s  took %s\n", before, elapsed())
	}
}
