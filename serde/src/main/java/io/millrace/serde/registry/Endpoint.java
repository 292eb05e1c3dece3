package io.millrace.serde.registry;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** One registry URL without its credentials, and the header that carries them. */
final class Endpoint {
    private final String base;
    private final @Nullable String authorization;

    Endpoint(URI url, RegistryAuth auth) {
        this.base = withoutUser(url);
        String user = url.getRawUserInfo();
        this.authorization = user != null && auth instanceof RegistryAuth.None ? basic(user) : auth.header();
    }

    URI resolve(String path) {
        return URI.create(base + path);
    }

    @Nullable
    String authorization() {
        return authorization;
    }

    /** Safe to print. */
    @Override
    public String toString() {
        return base;
    }

    /** Scheme, host, port and path; what else a URL may hold is no business of a message. */
    static String withoutUser(URI url) {
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort())
                + path.substring(0, end);
    }

    private static String basic(String rawUserInfo) {
        // In user information a plus is a plus; URLDecoder, made for forms, would make it a space.
        String pair = URLDecoder.decode(rawUserInfo.replace("+", "%2B"), StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
}
