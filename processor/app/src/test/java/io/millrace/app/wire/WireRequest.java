package io.millrace.app.wire;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/** A request as it passes. Immutable. */
public final class WireRequest {
    private final int broker;
    private final byte[] frame;
    private final RequestHeader header;
    private final int headerBytes;

    /**
     * @param broker the place of the broker that it is for, from 0 on
     * @param frame all but its length
     */
    WireRequest(int broker, byte[] frame) {
        this.broker = broker;
        this.frame = frame;
        ByteBuffer buffer = ByteBuffer.wrap(frame);
        this.header = RequestHeader.parse(buffer);
        this.headerBytes = buffer.position();
    }

    /** The place of the broker that it is for, from 0 on. */
    public int broker() {
        return broker;
    }

    public ApiKeys api() {
        return header.apiKey();
    }

    /** Who asks. */
    public String clientId() {
        return header.clientId();
    }

    /** What is asked. */
    public AbstractRequest body() {
        ByteBuffer body =
                ByteBuffer.wrap(frame, headerBytes, frame.length - headerBytes).slice();
        return AbstractRequest.parseRequest(header.apiKey(), header.apiVersion(), new ByteBufferAccessor(body)).request;
    }

    byte[] frame() {
        return frame;
    }

    /** The response, without its length, of a broker that refuses it. */
    byte[] refusal(Errors error) {
        AbstractResponse response = body().getErrorResponse(0, error.exception());
        ResponseHeader responseHeader = header.toResponseHeader();
        ByteBuffer head = MessageUtil.toByteBufferAccessor(responseHeader.data(), responseHeader.headerVersion())
                .buffer();
        ByteBuffer body = MessageUtil.toByteBufferAccessor(response.data(), header.apiVersion())
                .buffer();
        byte[] bytes = new byte[head.remaining() + body.remaining()];
        ByteBuffer.wrap(bytes).put(head).put(body);
        return bytes;
    }

    @Override
    public String toString() {
        return header.apiKey() + " of " + header.clientId() + " to broker " + broker;
    }
}
