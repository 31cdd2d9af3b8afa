// SPDX-License-Identifier: Apache-2.0
// Pictures made here: small previews that travel with a file, and avatars.

export interface Preview {
	width: number;
	height: number;
	thumb?: string;
}

const THUMB_BYTES = 4096; // of the data: URL
const THUMB_EDGES = [64, 48, 32, 20];
const PIXELS_MAX = 60_000_000; // what decoding may cost

function draw(bitmap: ImageBitmap, width: number, height: number, cut?: { x: number; y: number; edge: number }): HTMLCanvasElement {
	const canvas = document.createElement('canvas');
	canvas.width = Math.max(1, Math.round(width));
	canvas.height = Math.max(1, Math.round(height));
	const pen = canvas.getContext('2d');
	if (pen) {
		pen.fillStyle = '#fff';
		pen.fillRect(0, 0, canvas.width, canvas.height);
		if (cut)
			pen.drawImage(bitmap, cut.x, cut.y, cut.edge, cut.edge, 0, 0, canvas.width, canvas.height);
		else
			pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
	}
	return canvas;
}

// null: no picture that this browser can read.
export async function previewOf(file: Blob): Promise<Preview | null> {
	if (!/^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(file.type) || typeof createImageBitmap === 'undefined')
		return null;
	let bitmap: ImageBitmap;
	try {
		bitmap = await createImageBitmap(file);
	} catch {
		return null;
	}
	const { width, height } = bitmap;
	let thumb: string | undefined;
	if (width * height <= PIXELS_MAX)
		for (const edge of THUMB_EDGES) {
			const scale = Math.min(1, edge / Math.max(width, height));
			const url = draw(bitmap, width * scale, height * scale).toDataURL('image/jpeg', 0.6);
			if (url.startsWith('data:image/') && url.length <= THUMB_BYTES) {
				thumb = url;
				break;
			}
		}
	bitmap.close();
	return { width, height, thumb };
}

const AVATAR_EDGE = 192;
const AVATAR_BYTES = 48 * 1024;

// The middle of a picture, small enough for everybody to load; null: it cannot be read.
export async function avatarFrom(image: Blob): Promise<{ type: string; base64: string } | null> {
	let bitmap: ImageBitmap;
	try {
		bitmap = await createImageBitmap(image);
	} catch {
		return null;
	}
	const edge = Math.min(bitmap.width, bitmap.height);
	const canvas = draw(bitmap, AVATAR_EDGE, AVATAR_EDGE, { x: (bitmap.width - edge) / 2, y: (bitmap.height - edge) / 2, edge });
	bitmap.close();
	for (const quality of [0.9, 0.75, 0.5]) {
		const url = canvas.toDataURL('image/jpeg', quality);
		const base64 = url.slice(url.indexOf(',') + 1);
		if (base64.length <= AVATAR_BYTES)
			return { type: 'image/jpeg', base64 };
	}
	return null;
}
