import ExampleSupport
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Where the verdict is posted: something on this machine.
struct Endpoint: Sendable {
    private let url: URL

    init(_ text: String) throws {
        guard let url = URL(string: text), url.scheme == "http", ["127.0.0.1", "localhost"].contains(url.host()),
            url.user() == nil
        else { throw Failure(.usage, "'\(text)' is not an endpoint of this machine: http://127.0.0.1:PORT/PATH") }
        self.url = url
        // The environment may name a proxy, on another machine, which libcurl below Foundation would follow.
        setenv("no_proxy", "*", 1)
    }

    /// Posts JSON, and waits for the answer: anything but a 2xx is a ``Failure``.
    func post(_ json: Data) async throws {
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = json
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 10
        configuration.timeoutIntervalForResource = 30
        let session = URLSession(configuration: configuration, delegate: NoRedirection(), delegateQueue: nil)
        defer { session.invalidateAndCancel() }
        let response: URLResponse
        do {
            (_, response) = try await session.data(for: request)
        } catch {
            let reason = (error as? URLError)?.code == .timedOut ? "no answer in time" : error.localizedDescription
            throw Failure(.notPosted, "The verdict could not be posted to \(url): \(reason)")
        }
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard (200...299).contains(status) else {
            throw Failure(.notPosted, "The verdict was not taken by \(url): it answered \(status)")
        }
    }
}

/// An answer that sends elsewhere is a refusal: the verdict stays on this machine.
private final class NoRedirection: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest,
        completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
