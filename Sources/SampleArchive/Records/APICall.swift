/// A call to an AWS API, as records tell of it.
struct APICall {
    let source: String
    let name: String
    let isReadOnly: Bool
    /// Whether AWS services make this call for themselves too.
    let isMadeByServices: Bool
    let requestParameters: RecordTemplate
    let responseElements: RecordTemplate

    private static func read(_ source: String, _ name: String, _ requestParameters: RecordTemplate) -> APICall {
        APICall(
            source: source,
            name: name,
            isReadOnly: true,
            isMadeByServices: false,
            requestParameters: requestParameters,
            responseElements: "null"
        )
    }

    private static func write(
        _ source: String,
        _ name: String,
        _ requestParameters: RecordTemplate,
        _ responseElements: RecordTemplate
    ) -> APICall {
        APICall(
            source: source,
            name: name,
            isReadOnly: false,
            isMadeByServices: false,
            requestParameters: requestParameters,
            responseElements: responseElements
        )
    }

    /// What happens in a sample's accounts.
    static let all: [APICall] = [
        APICall(
            source: "sts",
            name: "AssumeRole",
            isReadOnly: true,
            isMadeByServices: true,
            requestParameters: #"""
                {"roleArn":"arn:aws:iam::\#(.account):role/\#(.role)","roleSessionName":"\#(.session)"}
                """#,
            responseElements: #"""
                {"credentials":{"accessKeyId":"ASIA\#(.capitals(16))","sessionToken":"\#(.hex(64))",\#
                "expiration":"\#(.eventTime)"},"assumedRoleUser":{"assumedRoleId":"\#(.roleID):\#(.session)",\#
                "arn":"arn:aws:sts::\#(.account):assumed-role/\#(.role)/\#(.session)"}}
                """#
        ),
        APICall(
            source: "kms",
            name: "Decrypt",
            isReadOnly: true,
            isMadeByServices: true,
            requestParameters: #"""
                {"encryptionContext":{"aws:ebs:id":"vol-\#(.hex(17))"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}
                """#,
            responseElements: "null"
        ),
        read("sts", "GetCallerIdentity", "null"),
        read("kms", "DescribeKey", #"{"keyId":"arn:aws:kms:\#(.region):\#(.account):key/\#(.uuid)"}"#),
        write(
            "kms",
            "GenerateDataKey",
            #"{"keyId":"arn:aws:kms:\#(.region):\#(.account):key/\#(.uuid)","keySpec":"AES_256"}"#,
            "null"
        ),
        read(
            "ec2",
            "DescribeInstances",
            #"{"maxResults":1000,"instancesSet":{},"filterSet":{"items":[{"name":"instance-state-name"}]}}"#
        ),
        read("ec2", "DescribeSecurityGroups", #"{"securityGroupIdSet":{"items":[{"groupId":"sg-\#(.hex(17))"}]}}"#),
        write(
            "ec2",
            "RunInstances",
            #"""
            {"instancesSet":{"items":[{"imageId":"ami-\#(.hex(17))","minCount":1,"maxCount":1}]},\#
            "instanceType":"m6i.large","subnetId":"subnet-\#(.hex(17))"}
            """#,
            #"""
            {"requestId":"\#(.uuid)","reservationId":"r-\#(.hex(17))","ownerId":"\#(.account)",\#
            "instancesSet":{"items":[{"instanceId":"i-\#(.hex(17))","privateIpAddress":"\#(.privateAddress)"}]}}
            """#
        ),
        write(
            "ec2",
            "AuthorizeSecurityGroupIngress",
            #"""
            {"groupId":"sg-\#(.hex(17))","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,\#
            "toPort":443,"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"}]}}]}}
            """#,
            #"{"requestId":"\#(.uuid)","_return":true}"#
        ),
        write(
            "ec2",
            "TerminateInstances",
            #"{"instancesSet":{"items":[{"instanceId":"i-\#(.hex(17))"}]}}"#,
            #"{"requestId":"\#(.uuid)","instancesSet":{"items":[{"instanceId":"i-\#(.hex(17))"}]}}"#
        ),
        read("iam", "GetRole", #"{"roleName":"\#(.role)"}"#),
        read("iam", "ListAttachedRolePolicies", #"{"roleName":"\#(.role)"}"#),
        write(
            "iam",
            "AttachRolePolicy",
            #"{"roleName":"\#(.role)","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}"#,
            "null"
        ),
        write(
            "iam",
            "CreateAccessKey",
            #"{"userName":"\#(.user)"}"#,
            #"""
            {"accessKey":{"userName":"\#(.user)","accessKeyId":"AKIA\#(.capitals(16))","status":"Active",\#
            "createDate":"\#(.eventTime)"}}
            """#
        ),
        read("s3", "GetBucketAcl", #"{"bucketName":"data-\#(.account)-\#(.region)","acl":""}"#),
        write(
            "s3",
            "PutBucketPolicy",
            #"{"bucketName":"data-\#(.account)-\#(.region)","policy":""}"#,
            "null"
        ),
        read("lambda", "ListFunctions20150331", "null"),
        write(
            "lambda",
            "UpdateFunctionCode20150331v2",
            #"{"functionName":"ingest-\#(.hex(8))","publish":false,"dryRun":false}"#,
            #"{"functionName":"ingest-\#(.hex(8))","runtime":"python3.12","codeSize":\#(.digits(5)),"version":"$LATEST"}"#
        ),
        write(
            "logs",
            "CreateLogStream",
            #"{"logGroupName":"/aws/lambda/ingest","logStreamName":"[$LATEST]\#(.hex(32))"}"#,
            "null"
        ),
        read("cloudtrail", "DescribeTrails", #"{"trailNameList":[],"includeShadowTrails":true}"#),
        read("secretsmanager", "GetSecretValue", #"{"secretId":"prod/database-\#(.hex(6))"}"#),
        read("dynamodb", "DescribeTable", #"{"tableName":"orders-\#(.hex(4))"}"#),
        write(
            "autoscaling",
            "SetDesiredCapacity",
            #"{"autoScalingGroupName":"web-\#(.hex(6))","desiredCapacity":4,"honorCooldown":false}"#,
            "null"
        ),
    ]
}
