/**
 * Tensors of other formats as a GGUF file would hold them: under its names, in its order of rows, of types that kernels read. Nothing is
 * stored twice: rows are computed from what is stored when somebody reads them. How to make use of it for a new format is in
 * docs/formats/README.md.
 */
package dev.lockstep.loader.internal.translate;
