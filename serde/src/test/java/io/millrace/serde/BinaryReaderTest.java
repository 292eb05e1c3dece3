package io.millrace.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BinaryReaderTest {
    @Test
    void numbers_read_back_at_every_width() {
        BinaryWriter out = new BinaryWriter();
        for (int bits = 0; bits < 64; bits++) {
            for (long value : new long[] {1L << bits, (1L << bits) - 1, -(1L << bits)}) {
                out.clear();
                out.writeVarInt((int) value);
                out.writeVarLong(value);
                out.writeZigZagInt((int) value);
                out.writeZigZagLong(value);
                out.writeFixedShort((short) value);
                out.writeFixedInt((int) value);
                out.writeFixedLong(value);
                BinaryReader in = new BinaryReader(out.toByteArray());
                assertThat(in.readVarInt()).isEqualTo((int) value);
                assertThat(in.readVarLong()).isEqualTo(value);
                assertThat(in.readZigZagInt()).isEqualTo((int) value);
                assertThat(in.readZigZagLong()).isEqualTo(value);
                assertThat(in.readFixedShort()).isEqualTo((short) value);
                assertThat(in.readFixedInt()).isEqualTo((int) value);
                assertThat(in.readFixedLong()).isEqualTo(value);
                in.expectEnd();
            }
        }
    }

    @Test
    void text_is_utf8_behind_its_length() {
        BinaryWriter out = new BinaryWriter();
        String text = "plain \u00e4 \u20ac \ud83d\ude00 \ufffd";
        out.writeString(text);
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        assertThat(out.size()).isEqualTo(1 + utf8.length);
        assertThat(out.toByteArray()).endsWith(utf8);
        assertThat(new BinaryReader(out.toByteArray()).readString()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80",
                "c0 80",
                "c3",
                "c3 41",
                "e0 80 80",
                "e2 82",
                "f0 80 80 80",
                "f4 90 80 80",
                "f8 88 80 80 80",
                "ff"
            })
    void malformed_utf8_is_refused(String hex) {
        byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(hex);
        assertThatThrownBy(() -> new BinaryReader(bytes).readUtf8(bytes.length))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("not valid UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffffffff1f", "ffffffffff01", "8080808080"})
    void numbers_with_too_many_bits_are_refused(String hex) {
        assertThatThrownBy(() -> new BinaryReader(HexFormat.of().parseHex(hex)).readVarInt())
                .isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> new BinaryReader(HexFormat.of().parseHex("ffffffffffffffffff02")).readVarLong())
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("more than 64 bits");
    }

    @Test
    void reading_past_the_end_says_where() {
        assertThatThrownBy(() -> new BinaryReader(new byte[3], 1, 2).readFixedInt())
                .isInstanceOf(DecodeException.class)
                .hasMessage("the bytes end too early, at byte 1 of 3");
    }

    @Test
    void a_buffer_that_grew_for_one_huge_record_is_given_back() {
        BinaryWriter out = new BinaryWriter();
        out.writeBytes(new byte[3 * BinaryWriter.KEPT_BYTES]);
        out.clear();
        out.writeByte(7);
        assertThat(out.toByteArray()).containsExactly(7);
    }
}
