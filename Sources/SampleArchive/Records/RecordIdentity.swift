/// Who made a call: the `userIdentity` of a record and what goes with it.
struct RecordIdentity {
    let json: RecordTemplate
    let sourceAddress: RecordTemplate
    let userAgents: [RecordTemplate]
    /// Whether an AWS service made the call itself; its requests carry no TLS details.
    let isService: Bool

    static let assumedRole = RecordIdentity(
        json: #"""
            {"type":"AssumedRole","principalId":"\#(.roleID):\#(.session)",\#
            "arn":"arn:aws:sts::\#(.account):assumed-role/\#(.role)/\#(.session)","accountId":"\#(.account)",\#
            "accessKeyId":"ASIA\#(.capitals(16))","sessionContext":{"sessionIssuer":{"type":"Role",\#
            "principalId":"\#(.roleID)","arn":"arn:aws:iam::\#(.account):role/\#(.role)",\#
            "accountId":"\#(.account)","userName":"\#(.role)"},"attributes":{"creationDate":"\#(.sessionTime)",\#
            "mfaAuthenticated":"false"}}}
            """#,
        sourceAddress: #"\#(.privateAddress)"#,
        userAgents: [
            "aws-sdk-java/2.25.60 Linux/5.10.219-208.866.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.11 vendor/Amazon",
            "Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#6.1.92 md/arch#x86_64 lang/python#3.12.4",
            "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#arm64 api/sts#1.30.3",
            "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 (+https://www.terraform.io) terraform-provider-aws/5.58.0",
        ],
        isService: false
    )

    static let user = RecordIdentity(
        json: #"""
            {"type":"IAMUser","principalId":"\#(.userID)","arn":"arn:aws:iam::\#(.account):user/\#(.user)",\#
            "accountId":"\#(.account)","accessKeyId":"AKIA\#(.capitals(16))","userName":"\#(.user)"}
            """#,
        sourceAddress: #"\#(.publicAddress)"#,
        userAgents: [
            "aws-cli/2.17.14 md/awscrt#0.20.11 ua/2.0 os/macos#23.5.0 md/arch#arm64 lang/python#3.11.8",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0",
        ],
        isService: false
    )

    static let service = RecordIdentity(
        json: #"{"type":"AWSService","invokedBy":"\#(.service)"}"#,
        sourceAddress: #"\#(.service)"#,
        userAgents: [#"\#(.service)"#],
        isService: true
    )
}
