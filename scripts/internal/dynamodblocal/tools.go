package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

const minJava = 17

const (
	needJava  = "DynamoDB Local needs Java 17 or newer: install it (Debian and Ubuntu: apt install openjdk-17-jre-headless; macOS: brew install openjdk@17) and put java on the PATH, or set JAVA_HOME"
	needMaven = "DynamoDB Local is fetched with Maven: install it (Debian and Ubuntu: apt install maven; macOS: brew install maven) and put mvn on the PATH"
)

// findJava prefers JAVA_HOME, as Maven does.
func findJava() (string, error) {
	name := "java"
	if home := os.Getenv("JAVA_HOME"); home != "" {
		name = filepath.Join(home, "bin", "java")
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", errors.New(needJava)
	}
	return path, nil
}

// findMaven checks for Java as well, so that one message names all that is
// missing.
func findMaven(ctx context.Context) (string, error) {
	java, javaErr := findJava()
	if javaErr == nil {
		javaErr = checkJava(ctx, java)
	}
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		err = errors.New(needMaven)
	}
	if err := errors.Join(javaErr, err); err != nil {
		return "", err
	}
	return mvn, nil
}

func checkJava(ctx context.Context, java string) error {
	out, err := exec.CommandContext(ctx, java, "-version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s -version: %w\n%s\n%s", java, err, out, needJava)
	}
	if v := javaMajor(string(out)); v < minJava {
		return fmt.Errorf("%s is version %d. %s", java, v, needJava)
	}
	return nil
}

var javaVersion = regexp.MustCompile(`version "(?:1\.)?(\d+)`)

// javaMajor reads what `java -version` prints: 8 out of "1.8.0_392", 17 out of
// "17.0.15". It is 0 where there is no version in it.
func javaMajor(printed string) int {
	m := javaVersion.FindStringSubmatch(printed)
	if m == nil {
		return 0
	}
	v, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return v
}
