// Command aws stands in for the AWS CLI in the sandbox: the few commands that
// the story needs, on the default chain of the AWS SDK for Go, which reads the
// same files and environment.
//
//	aws [--profile P] [--region R] [--output json] sts get-caller-identity
//	aws [--profile P] [--region R] [--output json] eks get-token --cluster-name C
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	eks "sigs.k8s.io/aws-iam-authenticator/pkg/token"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "aws:", err)
		os.Exit(255)
	}
}

// call is what the command line asks for.
type call struct {
	profile, region, cluster string
	words                    []string
}

// parse takes flags and words in any order, as the AWS CLI does.
func parse(args []string) (call, error) {
	var c call
	var output, role string
	flags := flag.NewFlagSet("aws", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.profile, "profile", "", "")
	flags.StringVar(&c.region, "region", "", "")
	flags.StringVar(&c.cluster, "cluster-name", "", "")
	flags.StringVar(&output, "output", "json", "")
	flags.StringVar(&role, "role-arn", "", "")
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return c, err
		}
		if args = flags.Args(); len(args) > 0 {
			c.words, args = append(c.words, args[0]), args[1:]
		}
	}
	if output != "json" || role != "" {
		return c, errors.New("this stand-in knows --output json only, and no --role-arn")
	}
	return c, nil
}

func run(ctx context.Context, args []string) error {
	c, err := parse(args)
	if err != nil {
		return err
	}
	sdk, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(c.profile), config.WithRegion(c.region), config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	if err != nil {
		return err
	}
	if sdk.Region == "" {
		sdk.Region = "us-east-1"
	}
	switch fmt.Sprint(c.words) {
	case "[sts get-caller-identity]":
		return callerIdentity(ctx, sdk)
	case "[eks get-token]":
		return token(sdk, c.cluster)
	}
	return fmt.Errorf("this stand-in has no command %q: it knows sts get-caller-identity and eks get-token", c.words)
}

func callerIdentity(ctx context.Context, sdk aws.Config) error {
	answer, err := sts.NewFromConfig(sdk).GetCallerIdentity(ctx, nil)
	if err != nil {
		return err
	}
	return show(struct{ UserId, Account, Arn *string }{answer.UserId, answer.Account, answer.Arn})
}

// token signs with the generator that EKS's own authenticator brings: what the
// cluster makes of it depends on nothing of ours.
func token(sdk aws.Config, cluster string) error {
	generator, err := eks.NewGenerator(false, false)
	if err != nil {
		return err
	}
	signed, err := generator.GetWithSTS(cluster, sts.NewFromConfig(sdk))
	if err != nil {
		return err
	}
	fmt.Println(generator.FormatJSON(signed))
	return nil
}

func show(answer any) error {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "    ")
	return encoder.Encode(answer)
}
