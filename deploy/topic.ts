// The topic that notices and alarms go to.
import { arn, type Resources, ref } from "./cloudformation.ts";
import { keyArn } from "./own-key.ts";

export const topic: Resources = {
  Topic: {
    Type: "AWS::SNS::Topic",
    // Never alias/aws/sns: CloudWatch may not use it, and its alarms would vanish. A key of one's own must admit
    // cloudwatch.amazonaws.com.
    Properties: { DisplayName: "dsql-access-auditor", KmsMasterKeyId: keyArn },
  },
  // The functions publish by their roles; only the alarms need to be let in here. A stated policy also takes away the
  // default one, which lets the whole account subscribe and change the topic.
  TopicPolicy: {
    Type: "AWS::SNS::TopicPolicy",
    Properties: {
      Topics: [ref("Topic")],
      PolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "AlarmsOfThisStack",
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: "sns:Publish",
            Resource: ref("Topic"),
            Condition: {
              ArnLike: { "aws:SourceArn": arn("cloudwatch", `alarm:\${AWS::StackName}-*`) },
              StringEquals: { "aws:SourceAccount": ref("AWS::AccountId") },
            },
          },
        ],
      },
    },
  },
  // Nobody is subscribed before the link in the first mail is followed, and then any reader of a mail, or a scanner,
  // can unsubscribe it. The output ConfirmAlertEmail has the command that prevents that.
  AlertSubscription: {
    Type: "AWS::SNS::Subscription",
    Condition: "HasAlertEmail",
    Properties: { TopicArn: ref("Topic"), Protocol: "email", Endpoint: ref("AlertEmail") },
  },
};
