package io.millrace.serde;

/** One class per scalar type, so that each call site of a row's codec is a plain virtual call. */
enum ScalarCodec implements ValueCodec {
    BOOLEAN {
        @Override
        public void write(BinaryWriter out, Object value) {
            out.writeBoolean((Boolean) value);
        }

        @Override
        public Object read(BinaryReader in) {
            return in.readBoolean();
        }
    },
    TINYINT {
        @Override
        public void write(BinaryWriter out, Object value) {
            out.writeByte((Byte) value);
        }

        @Override
        public Object read(BinaryReader in) {
            return in.readByte();
        }
    },
    SMALLINT {
        @Override
        public void write(BinaryWriter out, Object value) {
            out.writeZigZagInt((Short) value);
        }

        @Override
        public Object read(BinaryReader in) {
            int value = in.readZigZagInt();
            if (value != (short) value) {
                throw new DecodeException("a SMALLINT before byte " + in.position() + " has more than 16 bits");
            }
            return (short) value;
        }
    },
    INT {
        @Override
        public void write(BinaryWriter out, Object value) {
            out.writeZigZagInt((Integer) value);
        }

        @Override
        public Object read(BinaryReader in) {
            return in.readZigZagInt();
        }
    },
    BIGINT {
        @Override
        public void write(BinaryWriter out, Object value) {
            out.writeZigZagLong((Long) value);
        }

        @Override
        public Object read(BinaryReader in) {
            return in.readZigZagLong();
        }
    },
    FLOAT {
        @Override
        public void write(BinaryWriter out, Object value) {
            out.writeFloat((Float) value);
        }

        @Override
        public Object read(BinaryReader in) {
            return in.readFloat();
        }
    },
    DOUBLE {
        @Override
        public void write(BinaryWriter out, Object value) {
            out.writeDouble((Double) value);
        }

        @Override
        public Object read(BinaryReader in) {
            return in.readDouble();
        }
    },
    STRING {
        @Override
        public void write(BinaryWriter out, Object value) {
            out.writeString((String) value);
        }

        @Override
        public Object read(BinaryReader in) {
            return in.readString();
        }
    },
    BYTES {
        @Override
        public void write(BinaryWriter out, Object value) {
            out.writeBytes((byte[]) value);
        }

        @Override
        public Object read(BinaryReader in) {
            return in.readBytes();
        }
    };

    static ScalarCodec of(DataType.Scalar type) {
        return switch (type) {
            case BOOLEAN -> BOOLEAN;
            case TINYINT -> TINYINT;
            case SMALLINT -> SMALLINT;
            case INT, DATE, TIME -> INT;
            case BIGINT, TIMESTAMP, TIMESTAMP_LTZ -> BIGINT;
            case FLOAT -> FLOAT;
            case DOUBLE -> DOUBLE;
            case STRING -> STRING;
            case BYTES -> BYTES;
        };
    }
}
