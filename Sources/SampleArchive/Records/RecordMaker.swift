internal import CloudTrailFormat
internal import CloudTrailIntegrity

/// Makes the records of a log file.
struct RecordMaker {
    private let account: [UInt8]
    private let region: String
    private var random: SeededGenerator
    private(set) var json: [UInt8] = []
    private(set) var oldest = Timestamp.distantFuture
    private(set) var newest = Timestamp.distantPast

    /// What the record being written says in more than one place.
    private var eventTime: [UInt8] = []
    private var sessionTime: [UInt8] = []
    private var role: [UInt8] = []
    private var roleID: [UInt8] = []
    private var session: [UInt8] = []
    private var user: [UInt8] = []
    private var userID: [UInt8] = []
    private var service: [UInt8] = []

    private static let roles = ["app", "deployment", "data-pipeline", "monitoring", "backup"].map { Array($0.utf8) }
    private static let users = ["alice", "bob", "carol", "build-server"].map { Array($0.utf8) }
    private static let services = ["ec2", "lambda", "ecs-tasks", "autoscaling"].map { name in
        Array("\(name).amazonaws.com".utf8)
    }

    /// The first digit of the fourth group (RFC 9562, 4.1).
    private static let uuidVariants = Array("89ab".utf8)

    private init(chain: SampleChain, random: SeededGenerator) {
        account = Array(chain.account.utf8)
        region = chain.region
        self.random = random
    }

    /// The content of a log file with `count` records that is delivered at `delivery`.
    static func logContent(
        of chain: SampleChain,
        count: Int,
        delivery: Timestamp,
        random: SeededGenerator
    ) -> (json: [UInt8], oldest: Timestamp, newest: Timestamp) {
        var maker = RecordMaker(chain: chain, random: random)
        maker.json.reserveCapacity(count * 1400 + 16)
        maker.text(#"{"Records":["#)
        for index in 0..<count {
            if index > 0 { maker.text(",") }
            // CloudTrail delivers a few minutes after the call, and in no particular order.
            maker.writeRecord(at: delivery.advanced(bySeconds: -Int64(60 + maker.random.number(below: 540))))
        }
        maker.text("]}")
        return (maker.json, maker.oldest, maker.newest)
    }

    private mutating func writeRecord(at time: Timestamp) {
        oldest = min(oldest, time)
        newest = max(newest, time)
        let call = random.element(of: APICall.all)
        let identity = identity(for: call)
        let isDenied = !identity.isService && random.number(below: 25) == 0
        drawNames(time)

        text(#"{"eventVersion":""#)
        text(random.number(below: 2) == 0 ? "1.10" : "1.11")
        text(#"","userIdentity":"#)
        write(identity.json)
        text(#","eventTime":""#)
        json += eventTime
        text(#"","eventSource":""#)
        text(call.source)
        text(#".amazonaws.com","eventName":""#)
        text(call.name)
        text(#"","awsRegion":""#)
        text(region)
        text(#"","sourceIPAddress":""#)
        write(identity.sourceAddress)
        text(#"","userAgent":""#)
        write(random.element(of: identity.userAgents))
        if isDenied {
            text(#"","errorCode":"AccessDenied","errorMessage":"User is not authorized to perform: "#)
            text("\(call.source):\(call.name)")
        }
        text(#"","requestParameters":"#)
        write(call.requestParameters)
        text(#","responseElements":"#)
        write(isDenied ? "null" : call.responseElements)
        text(#","requestID":""#)
        write(.uuid)
        text(#"","eventID":""#)
        write(.uuid)
        text(call.isReadOnly ? #"","readOnly":true"# : #"","readOnly":false"#)
        text(#","eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":""#)
        json += account
        text(#"","eventCategory":"Management""#)
        if !identity.isService {
            text(#","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","#)
            text(#""clientProvidedHostHeader":"\#(call.source).\#(region).amazonaws.com"}"#)
        }
        text("}")
    }

    private mutating func identity(for call: APICall) -> RecordIdentity {
        switch random.number(below: 10) {
        case 0..<3 where call.isMadeByServices: .service
        case 0..<7: .assumedRole
        default: .user
        }
    }

    private mutating func drawNames(_ time: Timestamp) {
        eventTime = Array(time.iso8601.utf8)
        sessionTime = Array(time.advanced(bySeconds: -Int64(random.number(below: 3600))).iso8601.utf8)
        role = random.element(of: Self.roles)
        user = random.element(of: Self.users)
        service = random.element(of: Self.services)
        session = Array("i-".utf8)
        random.append(17, of: SeededGenerator.hexDigits, to: &session)
        roleID = Array("AROA".utf8)
        random.append(17, of: SeededGenerator.capitals, to: &roleID)
        userID = Array("AIDA".utf8)
        random.append(17, of: SeededGenerator.capitals, to: &userID)
    }

    private mutating func text(_ text: String) {
        json.append(contentsOf: text.utf8)
    }

    private mutating func write(_ template: RecordTemplate) {
        for segment in template.segments {
            switch segment {
            case .text(let bytes): json += bytes
            case .place(let place): write(place)
            }
        }
    }

    private mutating func write(_ place: RecordTemplate.Place) {
        switch place {
        case .account: json += account
        case .region: text(region)
        case .eventTime: json += eventTime
        case .sessionTime: json += sessionTime
        case .role: json += role
        case .roleID: json += roleID
        case .session: json += session
        case .user: json += user
        case .userID: json += userID
        case .service: json += service
        case .hex(let count): random.append(count, of: SeededGenerator.hexDigits, to: &json)
        case .capitals(let count): random.append(count, of: SeededGenerator.capitals, to: &json)
        case .digits(let count):
            // A JSON number does not begin with a zero.
            text("1")
            random.append(count - 1, of: SeededGenerator.digits, to: &json)
        case .uuid: writeUUID()
        case .privateAddress:
            text("10.\(random.number(below: 256)).\(random.number(below: 256)).\(1 + random.number(below: 254))")
        case .publicAddress: text("203.0.113.\(1 + random.number(below: 254))")
        }
    }

    private mutating func writeUUID() {
        random.append(8, of: SeededGenerator.hexDigits, to: &json)
        text("-")
        random.append(4, of: SeededGenerator.hexDigits, to: &json)
        text("-4")
        random.append(3, of: SeededGenerator.hexDigits, to: &json)
        text("-")
        random.append(1, of: Self.uuidVariants, to: &json)
        random.append(3, of: SeededGenerator.hexDigits, to: &json)
        text("-")
        random.append(12, of: SeededGenerator.hexDigits, to: &json)
    }
}
