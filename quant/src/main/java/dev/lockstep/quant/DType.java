package dev.lockstep.quant;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The table of tensor types, with ggml's names and numbers. A row always tells the size, so that a file can be checked
 * and described; codec and panel form are there for the types this build computes with.
 */
public enum DType {
    F32(0, 1, 4, F32Codec.INSTANCE, PanelForm.OF_WORDS),
    F16(1, 1, 2, F16Codec.INSTANCE, PanelForm.OF_HALVES),
    Q4_0(2, 32, 18, SymmetricCodec.Q4_0, PanelForm.Q4_0),
    Q4_1(3, 32, 20, MinMaxCodec.Q4_1, PanelForm.Q4_1),
    Q5_0(6, 32, 22, SymmetricCodec.Q5_0, PanelForm.Q5_0),
    Q5_1(7, 32, 24, MinMaxCodec.Q5_1, PanelForm.Q5_1),
    Q8_0(8, 32, 34, Q8_0Codec.INSTANCE, PanelForm.Q8_0),
    Q8_1(9, 32, 36),
    Q2_K(10, 256, 84, Q2_KCodec.INSTANCE, PanelForm.Q2_K),
    Q3_K(11, 256, 110, Q3_KCodec.INSTANCE, PanelForm.Q3_K),
    Q4_K(12, 256, 144, ScaleMinCodec.Q4_K, PanelForm.Q4_K),
    Q5_K(13, 256, 176, ScaleMinCodec.Q5_K, PanelForm.Q5_K),
    Q6_K(14, 256, 210, Q6_KCodec.INSTANCE, PanelForm.Q6_K),
    Q8_K(15, 256, 292),
    IQ2_XXS(16, 256, 66),
    IQ2_XS(17, 256, 74),
    IQ3_XXS(18, 256, 98),
    IQ1_S(19, 256, 50),
    IQ4_NL(20, 32, 18, IQ4_NLCodec.INSTANCE, PanelForm.Q4_0),
    IQ3_S(21, 256, 110),
    IQ2_S(22, 256, 82),
    IQ4_XS(23, 256, 136),
    I8(24, 1, 1),
    I16(25, 1, 2),
    I32(26, 1, 4),
    I64(27, 1, 8),
    F64(28, 1, 8),
    IQ1_M(29, 256, 56),
    BF16(30, 1, 2, BF16Codec.INSTANCE, PanelForm.OF_HALVES),
    TQ1_0(34, 256, 54),
    TQ2_0(35, 256, 66),
    MXFP4(39, 32, 17, MXFP4Codec.INSTANCE, PanelForm.MXFP4);

    private final int ggmlId;
    private final int blockElements;
    private final int blockBytes;
    private final Optional<BlockCodec> codec;
    private final Optional<AffineBlocks> affineBlocks;
    private final Optional<PanelForm> panelForm;

    DType(int ggmlId, int blockElements, int blockBytes) {
        this(ggmlId, blockElements, blockBytes, null, null);
    }

    DType(int ggmlId, int blockElements, int blockBytes, BlockCodec codec, PanelForm panelForm) {
        this.ggmlId = ggmlId;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
        this.codec = Optional.ofNullable(codec);
        this.affineBlocks = this.codec.filter(AffineBlocks.class::isInstance).map(AffineBlocks.class::cast);
        this.panelForm = Optional.ofNullable(panelForm);
    }

    /** The number that GGUF files use for this type. */
    public int ggmlId() {
        return ggmlId;
    }

    /** Values in one block; rows are whole numbers of blocks. */
    public int blockElements() {
        return blockElements;
    }

    /** Bytes of one block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** The blocks taken apart into scales and integers, if that is what they are made of. */
    public Optional<AffineBlocks> affineBlocks() {
        return affineBlocks;
    }

    /** The scalar codec; empty for a type that this build can only name and measure. */
    public Optional<BlockCodec> codec() {
        return codec;
    }

    /** The order of a block's bytes in panels; empty like {@link #codec()}. */
    public Optional<PanelForm> panelForm() {
        return panelForm;
    }

    /** True if tensors of this type can be computed with: there are a codec and a panel form. */
    public boolean isComputable() {
        return codec.isPresent() && panelForm.isPresent();
    }

    /**
     * Bytes of {@code elements} consecutive values.
     *
     * @throws IllegalArgumentException if {@code elements} is negative or not a whole number of blocks
     * @throws ArithmeticException if the size does not fit in a long
     */
    public long byteSize(long elements) {
        if (elements < 0 || elements % blockElements != 0) {
            throw new IllegalArgumentException(
                    "elements=" + elements + " is not a whole number of " + this + " blocks of " + blockElements);
        }
        return Math.multiplyExact(elements / blockElements, blockBytes);
    }

    /** The type with the given GGUF number, if there is one. The number is read as unsigned. */
    public static Optional<DType> ofGgmlId(int ggmlId) {
        return Arrays.stream(values()).filter(type -> type.ggmlId == ggmlId).findFirst();
    }

    /** The computable types as text, for messages: "F32, F16, …". */
    public static String computableNames() {
        return Arrays.stream(values()).filter(DType::isComputable).map(DType::name).collect(Collectors.joining(", "));
    }
}
